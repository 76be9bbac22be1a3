package dev.sealift.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealift.abi.sev.SevCommand;
import dev.sealift.migration.PageCrossing.Moment;
import dev.sealift.migration.wire.FailureCode;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.migration.wire.Progress;
import dev.sealift.vmm.PageSet;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A broken link is taken up again where it stopped: the round is finished, no page comes twice or
 * not at all, and both hosts have the same manifest.
 */
class RelinkTest {
  private static TestHost source;
  private static TestHost destination;

  private PageCrossing crossing;
  private int received;

  @BeforeAll
  static void start() throws Exception {
    source = TestHost.model();
    destination = TestHost.model();
  }

  @AfterAll
  static void stop() {
    source.close();
    destination.close();
  }

  @BeforeEach
  void launch() throws Exception {
    received = pagesReceived();
    crossing = new PageCrossing(source, destination);
  }

  @AfterEach
  void close() throws Exception {
    crossing.close();
  }

  /** Where on a data connection a link breaks. */
  enum Cut {
    BEFORE_A_BATCH {
      @Override
      byte[] passed(byte[] batch) {
        return new byte[0];
      }
    },
    IN_A_SEALED_HEADER {
      @Override
      byte[] passed(byte[] batch) {
        return Arrays.copyOf(batch, 100);
      }
    },
    IN_A_CIPHERTEXT {
      @Override
      byte[] passed(byte[] batch) {
        return Arrays.copyOf(batch, batch.length - 1);
      }
    },
    AFTER_A_BATCH {
      @Override
      byte[] passed(byte[] batch) {
        return batch;
      }
    };

    /** What still goes on of the batch at which the link breaks. */
    abstract byte[] passed(byte[] batch);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("a round whose link breaks on a data connection is finished over the next one")
  void aDataConnectionBreaks(Cut cut) throws Exception {
    cutAt(cut, 10);
    crossing.send(all());
    crossing.handOver();
    assertAsIfNothingHadBeen(1);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("... and so is one whose link breaks on the control connection")
  void theControlConnectionBreaks(Moment moment) throws Exception {
    long shared = crossing.guest.pageStatus().shared().count();
    long sealed = crossing.guest.memory().pages() - shared;
    snapOnce(at -> {
      if (at == Moment.TAKING && moment == at && crossing.sharedPagesPlaced == shared) {
        Await.until("only ROUND_END is missing", () -> pagesReceived() - received == sealed);
        return true;
      }
      return at == moment && at != Moment.TAKING;
    });
    crossing.send(all());
    crossing.handOver();
    assertAsIfNothingHadBeen(1);
  }

  @Test
  @DisplayName(
      "a link that breaks between two rounds, and while the guest stands still, is taken up")
  void betweenRounds() throws Exception {
    crossing.send(all());
    crossing.wire.snap();
    snapOnce(at -> at == Moment.ROUND_WHOLE && crossing.ledger.rounds() == 2);
    crossing.handOver();
    assertAsIfNothingHadBeen(2);
  }

  @Test
  @DisplayName("one round survives any number of links, and answers that are lost with theirs")
  void manyLinks() throws Exception {
    cutAt(Cut.IN_A_CIPHERTEXT, 4, 1, 1);
    snapOnce(at -> at == Moment.ROUND_END_TAKEN);
    crossing.answersToLose = 2;
    crossing.send(all());
    crossing.handOver();
    assertAsIfNothingHadBeen(4);
  }

  @Test
  @DisplayName("a destination that cannot have come so far, or has lost what it had, is refused")
  void hostile() throws Exception {
    crossing.send(all());
    Progress honest = crossing.ask();
    List<Long> placed = honest.batches();
    long first = placed.get(0);
    long second = placed.get(1);
    long said = honest.messages();

    assertRefused(new Progress(0, said, placed), FailureCode.MALFORMED);
    assertRefused(new Progress(2, said, placed), FailureCode.MALFORMED);
    assertRefused(new Progress(65535, said, placed), FailureCode.MALFORMED);
    assertRefused(new Progress(1, said + 1, placed), FailureCode.MALFORMED);
    assertRefused(new Progress(1, Long.MAX_VALUE, placed), FailureCode.MALFORMED);
    assertRefused(new Progress(1, said - 1, placed), FailureCode.INCOMPLETE);
    assertRefused(new Progress(1, said, List.of(first + 1, second)), FailureCode.MALFORMED);
    assertRefused(new Progress(1, said, List.of(first, second - 1)), FailureCode.INCOMPLETE);
    assertRefused(new Progress(1, said, List.of(0L, 0L)), FailureCode.INCOMPLETE);
    assertRefused(new Progress(1, said, List.of(first)), FailureCode.MALFORMED);
    assertRefused(new Progress(1, said, List.of(first, second, 0L)), FailureCode.MALFORMED);

    crossing.relink(honest);
    crossing.handOver();
    assertAsIfNothingHadBeen(0);
  }

  @Test
  @DisplayName("a destination cannot have a round whose end was not said")
  void hostileInARound() throws Exception {
    var refused = new AtomicInteger();
    cutAt(Cut.AFTER_A_BATCH, 10);
    crossing.answer =
        honest -> {
          for (int ahead = 1; ahead <= 2; ahead++) {
            assertRefused(
                new Progress(ahead, honest.messages(), honest.batches()), FailureCode.MALFORMED);
            refused.incrementAndGet();
          }
          return honest;
        };
    crossing.send(all());
    crossing.handOver();
    assertThat(refused).hasValue(2);
    assertAsIfNothingHadBeen(1);
  }

  @Test
  @Tag("long")
  @DisplayName("wherever links break, the guest arrives whole")
  void anywhere() throws Exception {
    long seed = System.nanoTime();
    var random = new Random(seed);
    for (int run = 0; run < 100; run++) {
      if (run > 0) {
        close();
        launch();
      }
      try {
        breakAnywhere(random);
        crossing.send(all());
        for (int round = random.nextInt(3); round > 0; round--) {
          crossing.send(crossing.due());
        }
        crossing.handOver();
        assertAsIfNothingHadBeen(crossing.linksLost);
      } catch (MigrationException | AssertionError failed) {
        throw new AssertionError("run %d of seed %d".formatted(run, seed), failed);
      }
    }
  }

  private void breakAnywhere(Random random) {
    Cut[] cuts = Cut.values();
    cutAt(cuts[random.nextInt(cuts.length)], random.ints(random.nextInt(6), 1, 24).toArray());
    Moment[] moments = Moment.values();
    Moment moment = moments[random.nextInt(moments.length)];
    var skip = new AtomicInteger(random.nextInt(4));
    snapOnce(at -> at == moment && skip.getAndDecrement() == 0);
    crossing.answersToLose = random.nextInt(3);
  }

  /**
   * Cuts one link after the other.
   *
   * @param batches for each link at which of its batches, from 1, in the order in which they come
   *     by, whatever their connection
   */
  private void cutAt(Cut cut, int... batches) {
    int[] seen = new int[batches.length];
    crossing.wire.tamper(
        new Wire.Tampering() {
          private final Set<Integer> dead = ConcurrentHashMap.newKeySet();

          @Override
          public List<byte[]> pass(int connection, long number, byte[] batch) {
            int link = connection / PageCrossing.CONNECTIONS;
            synchronized (seen) {
              if (link >= seen.length || ++seen[link] != batches[link]) {
                return List.of(batch);
              }
            }
            dead.add(connection);
            return List.of(cut.passed(batch));
          }

          @Override
          public void passed(int connection, long number) {
            if (dead.contains(connection)) {
              crossing.wire.snap();
            }
          }
        });
  }

  /** Breaks the link once. */
  private void snapOnce(Predicate<Moment> when) {
    var done = new AtomicBoolean();
    crossing.watcher =
        at -> {
          if (!done.get() && when.test(at)) {
            done.set(true);
            crossing.wire.snap();
            if (at != Moment.SHARED_PAGES_PLACED) {
              throw new MigrationException(FailureCode.LINK_LOST, "the wire was cut");
            }
          }
        };
  }

  private PageSet all() {
    return PageSet.all(crossing.guest.memory().pages());
  }

  private static int pagesReceived() {
    return destination.calls.sevCommands(SevCommand.RECEIVE_UPDATE_DATA.id());
  }

  private void assertAsIfNothingHadBeen(int linksLost) throws Exception {
    assertThat(crossing.linksLost).as("links that were lost").isEqualTo(linksLost);
    assertThat(crossing.manifest.root()).isEqualTo(crossing.sourceManifest());
    assertThat(pagesReceived() - received)
        .as("pages that the destination's processor took")
        .isEqualTo(crossing.privatePackets());
    Guests.assertWhole(crossing.copy);
  }

  private void assertRefused(Progress answer, FailureCode code) {
    assertThatThrownBy(() -> crossing.relink(answer))
        .isInstanceOfSatisfying(
            MigrationException.class,
            refused -> {
              assertThat(refused.code()).as(refused.sentence()).isEqualTo(code);
              assertThat(refused.isOfTheLink()).isFalse();
            });
  }
}
