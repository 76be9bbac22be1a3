package dev.sealift.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.psp.GuestState;
import dev.sealift.migration.CountingGuest.Counting;
import dev.sealift.migration.handover.JournalEntry;
import dev.sealift.migration.handover.SourceStep;
import dev.sealift.migration.wire.FailureCode;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.migration.wire.MoveId;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.VmmException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A guest that goes back and forth between two hosts, over links that fail. After each move exactly
 * one host may run it, all its memory is proved, and nothing of it is left at the other.
 */
final class Ferry implements AutoCloseable {
  /** Where the guest is after a move. */
  enum Outcome {
    MOVED("moved"),
    STAYED("stayed"),
    HANDED_OVER("handed over"),
    LOST("lost"),
    DOUBLED("doubled");

    final String words;

    Outcome(String words) {
      this.words = words;
    }
  }

  /**
   * What came of one move.
   *
   * @param reason of a guest that stayed or was handed over; else empty
   * @param took until the source had its outcome
   */
  record Crossed(Outcome outcome, String reason, Duration took) {}

  /** No move may take longer, whatever its link does: every wait in it has a limit. */
  static final Duration MOST = Duration.ofSeconds(30);

  /** How long a broken link is given: longer than it is ever down. */
  private static final Duration RESUME = Duration.ofSeconds(3);

  private final MoveOptions options;
  private Port here;
  private Port there;
  private Counting guest;

  /**
   * Two hosts and a guest.
   *
   * @param timeout how long either may be silent
   */
  Ferry(Duration timeout) throws Exception {
    this(TestHost.model(), TestHost.model(), timeout);
  }

  /** The same between two given hosts, which are closed with this. */
  Ferry(TestHost source, TestHost destination, Duration timeout) throws Exception {
    options =
        MoveOptions.DEFAULT
            .withBatchPages(24)
            .withDowntimeTarget(Duration.ofMillis(50))
            .withMaxRounds(2)
            .withTimeout(timeout)
            .withResumeLimit(RESUME);
    here = new Port(source, timeout);
    there = new Port(destination, timeout);
    guest = new CountingGuest().launch(here.host);
  }

  /** The host that the guest is at. */
  TestHost source() {
    return here.host;
  }

  /** The host that it would go to next. */
  TestHost target() {
    return there.host;
  }

  /** Where that one listens. */
  InetSocketAddress destination() {
    return there.listening.address();
  }

  /** Moves the guest over a link that works. */
  Crossed cross() throws Exception {
    try (FaultyLink link = FaultyLink.sound(destination())) {
      return cross(link);
    }
  }

  /** Moves the guest, and makes sure of it. */
  Crossed cross(FaultyLink link) throws Exception {
    there.arrivals.clear();
    there.losses.clear();
    long began = System.nanoTime();
    MoveOutcome outcome =
        new MigrationSource(here.host.asSource())
            .move(guest.guest(), link.address(), options, MoveListener.SILENT);
    Duration took = Duration.ofNanos(System.nanoTime() - began);
    assertThat(took).as("how long the move took: %s", outcome).isLessThan(MOST);
    settle();
    return switch (outcome) {
      case MoveOutcome.Moved _ -> arrived(there.awaitArrival(), Outcome.MOVED, "", took);
      case MoveOutcome.HandedOver handed -> handedOver(handed.reason(), took);
      case MoveOutcome.StayedAtSource stayed -> {
        assertForeseen(stayed);
        yield new Crossed(stays(), stayed.code() + ": " + stayed.reason(), took);
      }
    };
  }

  /** What the destination has not yet been told, it is told now that the link is sound again. */
  private void settle() throws VmmException {
    for (JournalEntry entry : here.host.journal.moves()) {
      if (entry.step() instanceof SourceStep && !entry.step().isLast()) {
        guest.guest().pause();
        new MigrationSource(here.host.asSource())
            .recover(entry, guest.guest(), options, MoveListener.SILENT);
      }
    }
  }

  private static void assertForeseen(MoveOutcome.StayedAtSource stayed) {
    assertThat(stayed.code()).as(stayed.reason()).isNotEqualTo(FailureCode.OTHER);
  }

  private Outcome stays() throws VmmException {
    there.awaitNoGuest();
    if (!there.arrivals.isEmpty()) {
      return Outcome.DOUBLED;
    }
    assertThat(guest.guest().isRunning()).as("the guest runs at its source").isTrue();
    assertThat(guest.guest().sev().status().state()).isEqualTo(GuestState.RUNNING);
    assertThat(guest.guest().dirtyLog().isOn()).as("the dirty log is on").isFalse();
    guest.awaitProgress();
    assertThat(guest.isWhole()).as("the guest that stayed is whole").isTrue();
    return Outcome.STAYED;
  }

  private Crossed handedOver(String reason, Duration took) throws Exception {
    assertNeverHere();
    Optional<Guest> arrived = there.awaitArrivalOrEnd();
    if (arrived.isPresent()) {
      return arrived(arrived.get(), Outcome.HANDED_OVER, reason, took);
    }
    guest.guest().close();
    guest = new CountingGuest().launch(here.host);
    return new Crossed(Outcome.LOST, reason, took);
  }

  /** The guest is proved where it arrived, and goes back from there next time. */
  private Crossed arrived(Guest arrived, Outcome outcome, String reason, Duration took)
      throws Exception {
    assertNeverHere();
    guest.guest().close();
    here.awaitNoGuest();
    guest = Counting.of(arrived);
    assertThat(arrived.sev().status().state()).isEqualTo(GuestState.RUNNING);
    guest.awaitProgress();
    assertThat(guest.isWhole()).as("the guest that arrived is whole").isTrue();
    assertThat(there.arrivals).as("arrivals of the same guest").isEmpty();
    Port left = here;
    here = there;
    there = left;
    return new Crossed(outcome, reason, took);
  }

  private void assertNeverHere() throws VmmException {
    assertThat(guest.guest().isRunning()).as("the guest runs at its source").isFalse();
    assertThat(guest.guest().sev().status().state()).isEqualTo(GuestState.SENT);
  }

  @Override
  public void close() {
    guest.guest().close();
    here.close();
    there.close();
  }

  /** A host that listens. */
  private static final class Port implements ArrivalListener, AutoCloseable {
    final TestHost host;
    final MigrationDestination listening;
    final BlockingQueue<Guest> arrivals = new LinkedBlockingQueue<>();
    final BlockingQueue<MigrationException> losses = new LinkedBlockingQueue<>();

    Port(TestHost host, Duration timeout) throws Exception {
      this.host = host;
      listening =
          MigrationDestination.listen(
              host.asDestination(),
              new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
              DestinationOptions.DEFAULT.withTimeout(timeout).withResumeLimit(RESUME),
              this);
    }

    Guest awaitArrival() throws InterruptedException {
      Guest arrived = arrivals.poll(MOST.toMillis(), TimeUnit.MILLISECONDS);
      if (arrived == null) {
        throw new AssertionError("the source heard RUNNING, but no guest arrived");
      }
      return arrived;
    }

    /** A guest that was handed over; empty once this host has nothing of it. */
    Optional<Guest> awaitArrivalOrEnd() {
      Await.until(
          "the destination runs the guest or has nothing of it",
          () -> !arrivals.isEmpty() || host.platform.status().guests() == 0);
      return Optional.ofNullable(arrivals.poll());
    }

    void awaitNoGuest() {
      Guests.assertEmpty(host);
    }

    @Override
    public void arrived(MoveId move, Guest guest) {
      arrivals.add(guest);
    }

    @Override
    public void lost(MoveId move, MigrationException reason) {
      losses.add(reason);
    }

    @Override
    public void close() {
      listening.close();
      host.close();
    }
  }
}
