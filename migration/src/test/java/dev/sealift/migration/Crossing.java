package dev.sealift.migration;

import dev.sealift.migration.handover.JournalEntry;
import dev.sealift.migration.handover.Side;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.migration.wire.MoveId;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.VmmException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Two hosts, and the wire between them. */
class Crossing implements AutoCloseable, ArrivalListener {
  static final MoveOptions OPTIONS =
      MoveOptions.DEFAULT
          .withBatchPages(64)
          .withDowntimeTarget(Duration.ofMillis(50))
          .withMaxRounds(6)
          .withTimeout(Duration.ofSeconds(60))
          .withResumeLimit(Duration.ofMillis(300));

  final TestHost source;
  final TestHost destination;
  final MigrationDestination listening;
  final Wire wire;
  final List<MigrationException> refusals = new CopyOnWriteArrayList<>();
  final List<MigrationException> losses = new CopyOnWriteArrayList<>();
  final List<String> warnings = new CopyOnWriteArrayList<>();
  private final BlockingQueue<Guest> arrivals = new LinkedBlockingQueue<>();

  Crossing(TestHost source, TestHost destination) throws IOException {
    this(
        source,
        destination,
        DestinationOptions.DEFAULT
            .withTimeout(Duration.ofSeconds(60))
            .withResumeLimit(Duration.ofMillis(500)));
  }

  Crossing(TestHost source, TestHost destination, DestinationOptions options) throws IOException {
    this.source = source;
    this.destination = destination;
    listening =
        MigrationDestination.listen(
            destination.asDestination(),
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            options,
            this);
    wire = Wire.to(listening.address());
  }

  MoveOutcome move(Guest guest) {
    return move(guest, OPTIONS, MoveListener.SILENT);
  }

  MoveOutcome move(Guest guest, MoveOptions options, MoveListener listener) {
    return new MigrationSource(source.asSource()).move(guest, wire.address(), options, listener);
  }

  /** The source goes on with the move that its journal has. */
  Recovery recover(Guest guest) throws VmmException {
    return recover(guest, Duration.ofSeconds(20));
  }

  /** The same, for so long. */
  Recovery recover(@Nullable Guest guest, Duration limit) throws VmmException {
    JournalEntry entry =
        source.journal.moves().stream()
            .filter(last -> last.step().side() == Side.SOURCE)
            .reduce((first, second) -> second)
            .orElseThrow();
    return new MigrationSource(source.asSource())
        .recover(entry, guest, OPTIONS.withResumeLimit(limit), MoveListener.SILENT);
  }

  /** The guest that arrived. */
  Guest arrived() throws InterruptedException {
    Guest guest = arrivals.poll(60, TimeUnit.SECONDS);
    if (guest == null) {
      throw new AssertionError("no guest arrived; refused: " + refusals);
    }
    return guest;
  }

  /** The guest has arrived, runs on, and every byte of it is right; then it is ended. */
  void assertArrivedWhole() throws InterruptedException, VmmException {
    try (Guest guest = arrived()) {
      Guests.assertGoesOn(guest);
      Guests.assertWhole(guest);
    }
  }

  boolean nothingArrived() {
    return arrivals.isEmpty();
  }

  @Override
  public void arrived(MoveId move, Guest guest) {
    arrivals.add(guest);
  }

  @Override
  public void refused(MigrationException reason) {
    refusals.add(reason);
  }

  @Override
  public void lost(MoveId move, MigrationException reason) {
    losses.add(reason);
  }

  @Override
  public void warning(String sentence) {
    warnings.add(sentence);
  }

  @Override
  public void close() {
    wire.close();
    listening.close();
    source.close();
    destination.close();
  }
}
