package dev.sealift.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.migration.Ferry.Crossed;
import dev.sealift.migration.Ferry.Outcome;
import dev.sealift.migration.LinkPlace.Spot;
import dev.sealift.migration.LinkPlace.Stream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Whatever a link does to a move, and wherever: exactly one host may run the guest, all its memory
 * is proved, and nothing of it is left at the other host.
 */
class FaultyLinkTest {
  private static final int SAMPLE = Integer.getInteger("sealift.link.runs", 16);
  private static final int LANES = Integer.getInteger("sealift.link.lanes", 8);

  /** Short, so that silence is soon noticed; what is late for another reason stays, too. */
  private static final Duration TIMEOUT =
      Duration.ofMillis(Integer.getInteger("sealift.link.millis", 500));

  /** A fault at a place. */
  private record Trial(LinkFault fault, LinkPlace place, LinkFrame.Kind kind) {}

  @Test
  void someFaultsAtSomePlacesLoseNoGuestAndDoubleNone() throws Exception {
    long seed = Long.getLong("sealift.link.seed", new Random().nextLong());
    System.out.printf("faults of the link: -Dsealift.link.seed=%d%n", seed);
    List<Trial> trials = trials();
    Collections.shuffle(trials, new Random(seed));
    run(trials.subList(0, Math.min(SAMPLE, trials.size())));
  }

  @Test
  @Tag("long")
  void everyFaultAtEveryBoundaryOfTheProtocolLosesNoGuestAndDoublesNone() throws Exception {
    run(trials());
  }

  @Test
  void aDestinationThatNeverReadsADataConnectionIsGivenUpInTime() throws Exception {
    Duration timeout = TIMEOUT;
    while (!isGivenUp(timeout)) {
      timeout = timeout.multipliedBy(2);
    }
  }

  /** Returns whether the move came as far as the place where nobody reads any more. */
  private static boolean isGivenUp(Duration timeout) throws Exception {
    var place = new LinkPlace(new Stream(true, 0, false), 1, Spot.MIDDLE);
    try (var ferry = new Ferry(timeout);
        FaultyLink link = FaultyLink.narrow(ferry.destination(), LinkFault.STALL, place)) {
      Crossed crossed = ferry.cross(link);
      assertThat(crossed.outcome()).isNotIn(Outcome.LOST, Outcome.DOUBLED);
      return link.hasStruck();
    }
  }

  /** Every fault at, after, between and before the boundaries that a good move shows. */
  private static List<Trial> trials() throws Exception {
    List<Trial> trials = new ArrayList<>();
    try (var ferry = new Ferry(Duration.ofSeconds(10));
        FaultyLink link = FaultyLink.sound(ferry.destination())) {
      assertThat(ferry.cross(link).outcome()).isEqualTo(Outcome.MOVED);
      Map<Stream, List<LinkFrame.Kind>> passed = link.passed();
      assertThat(passed).as("one control and two data connections").hasSizeGreaterThanOrEqualTo(4);
      passed.entrySet().stream()
          .sorted(Comparator.comparing(stream -> stream.getKey().toString()))
          .forEach(stream -> add(trials, stream.getKey(), stream.getValue()));
    }
    return trials;
  }

  private static void add(List<Trial> trials, Stream stream, List<LinkFrame.Kind> frames) {
    for (int frame = 0; frame < frames.size(); frame++) {
      for (Spot spot : Spot.values()) {
        for (LinkFault fault : LinkFault.values()) {
          trials.add(new Trial(fault, new LinkPlace(stream, frame, spot), frames.get(frame)));
        }
      }
    }
  }

  /** How long a host may be silent: a busy machine is given more than an idle one. */
  private static Duration timeout() throws Exception {
    try (var ferry = new Ferry(Duration.ofSeconds(10))) {
      ferry.cross();
      Duration asLongAsSomeMoves = ferry.cross().took().multipliedBy(4);
      return asLongAsSomeMoves.compareTo(TIMEOUT) > 0 ? asLongAsSomeMoves : TIMEOUT;
    }
  }

  /** Waiting takes most of the time: several guests go back and forth side by side. */
  private static void run(List<Trial> trials) throws Exception {
    Footprint before = Footprint.ofThisProcess();
    Duration timeout = timeout();
    var table = new LinkTable();
    Queue<Trial> due = new ConcurrentLinkedQueue<>(trials);
    int lanes = Math.min(LANES, trials.size());
    try (ExecutorService threads = Executors.newFixedThreadPool(lanes)) {
      List<Future<?>> running = new ArrayList<>();
      for (int lane = 0; lane < lanes; lane++) {
        running.add(
            threads.submit(() -> {
              lane(due, table, timeout);
              return null;
            }));
      }
      for (Future<?> lane : running) {
        lane.get();
      }
    }
    System.out.print(table);
    before.awaitAgain();
    assertThat(table.count(Outcome.DOUBLED)).as("guests doubled").isZero();
    assertThat(table.count(Outcome.LOST)).as("guests lost: %s", table.lost()).isZero();
  }

  private static void lane(Queue<Trial> due, LinkTable table, Duration timeout) throws Exception {
    try (var ferry = new Ferry(timeout)) {
      for (Trial trial = due.poll(); trial != null; trial = due.poll()) {
        try (FaultyLink link = FaultyLink.with(ferry.destination(), trial.fault(), trial.place())) {
          Crossed crossed = ferry.cross(link);
          table.add(trial.fault(), trial.kind(), trial.place(), link.hasStruck(), crossed);
        } catch (Exception | AssertionError failure) {
          throw new AssertionError("after %s".formatted(trial), failure);
        }
      }
    }
  }
}
