package dev.sealift.testkit;

import dev.sealift.migration.ArrivalListener;
import dev.sealift.migration.DestinationOptions;
import dev.sealift.migration.MigrationDestination;
import dev.sealift.migration.MigrationSource;
import dev.sealift.migration.MoveListener;
import dev.sealift.migration.MoveOptions;
import dev.sealift.migration.MoveOutcome;
import dev.sealift.migration.handover.JournalEntry;
import dev.sealift.migration.handover.SourceStep;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.migration.wire.MoveId;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.VmmException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.opentest4j.AssertionFailedError;

/**
 * Two hosts that trust each other and both listen for guests, with a link each way. A guest goes
 * from the one that has it to the other.
 */
public final class TwoHosts {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** A peer that is silent for so long is given up. */
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  /** How long a broken link is given. */
  private static final Duration RESUME = Duration.ofSeconds(5);

  private static final MoveOptions OPTIONS =
      MoveOptions.DEFAULT
          .withDowntimeTarget(Duration.ofMillis(100))
          .withMaxRounds(4)
          .withTimeout(TIMEOUT)
          .withResumeLimit(RESUME);

  private final TestHost source;
  private final TestHost destination;
  private final Port sourcePort;
  private final Port destinationPort;

  private TwoHosts(TestHost source, TestHost destination) throws IOException {
    this.source = source;
    this.destination = destination;
    sourcePort = new Port(source, destination);
    destinationPort = new Port(destination, source);
  }

  static TwoHosts join(TestHost source, TestHost destination) {
    try {
      return new TwoHosts(source, destination);
    } catch (IOException e) {
      throw new UncheckedIOException("a host cannot listen on the loopback interface", e);
    }
  }

  /** Where guests are launched. */
  public TestHost source() {
    return source;
  }

  /** Where they go. */
  public TestHost destination() {
    return destination;
  }

  /** The link from source to destination. */
  public Link link() {
    return destinationPort.link;
  }

  /** The link for moves from destination to source. */
  public Link linkBack() {
    return sourcePort.link;
  }

  /**
   * How guests are moved unless the test says otherwise: 4 rounds at most, 10 s for a silent peer,
   * 5 s for a broken link.
   */
  public MoveOptions options() {
    return OPTIONS;
  }

  /** Moves a guest from the host that has it to the other; returns when the move is over. */
  public MoveOutcome move(Guest guest) {
    return move(guest, OPTIONS, MoveListener.SILENT);
  }

  /** The same, with options and a listener of the test's own. */
  public MoveOutcome move(Guest guest, MoveOptions options, MoveListener listener) {
    TestHost from = holder(guest);
    Port to = from == source ? destinationPort : sourcePort;
    return new MigrationSource(from.asSource(to.host))
        .move(guest, to.link.address(), options, listener);
  }

  /** The same on a thread of its own, so that the test can do something meanwhile. */
  public CompletableFuture<MoveOutcome> start(
      Guest guest, MoveOptions options, MoveListener listener) {
    var outcome = new CompletableFuture<MoveOutcome>();
    Thread.ofVirtual()
        .name("move " + guest.configuration().name())
        .start(() -> {
          try {
            outcome.complete(move(guest, options, listener));
          } catch (RuntimeException | Error failed) {
            outcome.completeExceptionally(failed);
          }
        });
    return outcome;
  }

  /**
   * Tells a destination how a move ended that it could not be told of: after an outcome of {@link
   * MoveOutcome.HandedOver}, with a link that works.
   */
  public void settle(Guest guest) throws VmmException {
    TestHost from = holder(guest);
    TestHost to = from == source ? destination : source;
    for (JournalEntry entry : from.journal().moves()) {
      if (entry.step() instanceof SourceStep && !entry.step().isLast()) {
        guest.pause();
        new MigrationSource(from.asSource(to)).recover(entry, guest, OPTIONS, MoveListener.SILENT);
      }
    }
  }

  /**
   * The guest that came to the other host under this name; waits for it.
   *
   * @throws AssertionError if none comes in half a minute
   */
  public Guest arrived(String name) {
    Waiting.upTo(PATIENCE, () -> arrivals().anyMatch(guest -> isNamed(guest, name)));
    return arrivals()
        .filter(guest -> isNamed(guest, name))
        .reduce((_, last) -> last)
        .orElseThrow(() ->
            new AssertionFailedError(
                "No guest '%s' arrived in %d seconds%s."
                    .formatted(name, PATIENCE.toSeconds(), refusals())));
  }

  /** Never lost, never two: exactly one guest of this name runs on either host. Returns it. */
  public Guest theOneThatRuns(String name) {
    List<Guest> running = new ArrayList<>();
    Waiting.upTo(
        PATIENCE,
        () -> {
          running.clear();
          everywhere()
              .filter(guest -> isNamed(guest, name) && guest.isRunning())
              .forEach(running::add);
          return !running.isEmpty();
        });
    if (running.size() != 1) {
      throw new AssertionFailedError(
          "The guest '%s' runs %s.".formatted(name, running.isEmpty() ? "nowhere" : "twice"));
    }
    return running.getFirst();
  }

  /** The host that holds a guest. */
  public TestHost holder(Guest guest) {
    if (source.guests().contains(guest)) {
      return source;
    }
    if (destination.guests().contains(guest)) {
      return destination;
    }
    throw new IllegalArgumentException(
        "the guest '%s' is of neither of the two hosts: launch it with source().launch(...)"
            .formatted(guest.configuration().name()));
  }

  private Stream<Guest> arrivals() {
    return Stream.of(sourcePort, destinationPort).flatMap(port -> port.arrivals.stream());
  }

  private Stream<Guest> everywhere() {
    return Stream.of(source, destination).flatMap(host -> host.guests().stream());
  }

  private static boolean isNamed(Guest guest, String name) {
    return guest.configuration().name().equals(name);
  }

  private String refusals() {
    List<String> reasons =
        Stream.of(sourcePort, destinationPort).flatMap(port -> port.refusals.stream()).toList();
    return reasons.isEmpty() ? "" : "; refused was: " + String.join("; ", reasons);
  }

  List<String> close() {
    List<String> findings = new ArrayList<>();
    findings.addAll(sourcePort.close());
    findings.addAll(destinationPort.close());
    findings.addAll(source.close());
    findings.addAll(destination.close());
    return findings;
  }

  /** A host that listens, and the link to it. */
  private static final class Port implements ArrivalListener {
    final TestHost host;
    final MigrationDestination listening;
    final Link link;
    final List<Guest> arrivals = new CopyOnWriteArrayList<>();
    final List<String> refusals = new CopyOnWriteArrayList<>();

    Port(TestHost host, TestHost peer) throws IOException {
      this.host = host;
      listening =
          MigrationDestination.listen(
              host.asDestination(peer),
              new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
              DestinationOptions.DEFAULT.withTimeout(TIMEOUT).withResumeLimit(RESUME),
              this);
      link = Link.to(listening.address());
    }

    @Override
    public void arrived(MoveId move, Guest guest) {
      host.take(guest);
      arrivals.add(guest);
    }

    @Override
    public void refused(MigrationException reason) {
      refusals.add(String.valueOf(reason.getMessage()));
    }

    @Override
    public void lost(MoveId move, MigrationException reason) {
      refusals.add(String.valueOf(reason.getMessage()));
    }

    List<String> close() {
      List<String> findings = link.close();
      listening.close();
      return findings;
    }
  }
}
