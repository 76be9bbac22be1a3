package dev.sealift.migration;

import dev.sealift.migration.access.KeyFingerprint;
import dev.sealift.migration.handover.Copy;
import dev.sealift.migration.handover.DestinationHandOver;
import dev.sealift.migration.handover.DestinationRules;
import dev.sealift.migration.handover.DestinationStep;
import dev.sealift.migration.handover.JournalEntry;
import dev.sealift.migration.handover.Side;
import dev.sealift.migration.trust.PlatformCredentials;
import dev.sealift.migration.wire.ControlConnection;
import dev.sealift.migration.wire.FailureCode;
import dev.sealift.migration.wire.Listener;
import dev.sealift.migration.wire.Message;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.migration.wire.MoveId;
import dev.sealift.migration.wire.Place;
import dev.sealift.migration.wire.Protocol;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.VmmException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The host that guests come to: listens, takes each guest in, and runs it once its source can never
 * run it again. What its journal knows of guests that were coming when it was killed it finishes or
 * takes back before it listens.
 */
public final class MigrationDestination implements AutoCloseable {
  /** What a move may take, beyond its peer's silence, to come down. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** Hosts that are heard at a time before it is known what they want. */
  private static final int MOST_CALLERS = 64;

  private final DestinationHost host;
  private final DestinationOptions options;
  private final ArrivalListener arrivals;
  private final Listener listener;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<MoveId, Under> moves = new HashMap<>();
  private final Semaphore callers = new Semaphore(MOST_CALLERS);
  private int places;
  private boolean closed;

  /**
   * A move that is under way.
   *
   * @param thread the one that it has for itself
   */
  private record Under(IncomingMove move, Thread thread) {}

  private MigrationDestination(
      DestinationHost host,
      DestinationOptions options,
      ArrivalListener arrivals,
      Listener listener) {
    this.host = host;
    this.options = options;
    this.arrivals = arrivals;
    this.listener = listener;
  }

  /**
   * Takes up what was left when this host was killed, and begins to listen.
   *
   * @param address port 0 takes any free one
   * @throws IOException if the address cannot be listened at
   */
  public static MigrationDestination listen(
      DestinationHost host,
      InetSocketAddress address,
      DestinationOptions options,
      ArrivalListener arrivals)
      throws IOException {
    Listener listener = Listener.open(address, host.identity(), options.timeout());
    var destination = new MigrationDestination(host, options, arrivals, listener);
    host.journal().moves().forEach(destination::recover);
    listener.start(destination::take);
    return destination;
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return listener.address();
  }

  private void recover(JournalEntry entry) {
    // A guest that runs here, or is gone, is nobody's arrival any more.
    if (!(entry.step() instanceof DestinationStep step) || step.isLast()) {
      return;
    }
    try {
      Optional<Guest> found = host.guests().adopt(entry.move());
      if (found.isPresent()) {
        recover(entry, step, found.get());
      } else {
        var nothing = new AbsentGuest(entry, arrivals);
        DestinationHandOver rules =
            DestinationHandOver.recover(host.journal(), entry.move(), step, Copy.ABSENT, nothing);
        arrivals.recovered(entry.move(), step, rules.step());
        if (rules.step().mayRunHere()) {
          nothing.tellLost();
        }
      }
    } catch (VmmException | IllegalStateException stuck) {
      arrivals.warning(
          "the move %s cannot be taken up again: %s".formatted(entry.move(), stuck.getMessage()));
    }
  }

  private void recover(JournalEntry entry, DestinationStep step, Guest guest) throws VmmException {
    var arriving = ArrivingGuest.found(guest);
    IncomingMove move =
        IncomingMove.recovered(entry, arriving, host.ownership(), options, arrivals);
    DestinationHandOver rules =
        DestinationHandOver.recover(host.journal(), entry.move(), step, arriving.copy(), move);
    move.goBy(rules);
    arrivals.recovered(entry.move(), step, rules.step());
    if (rules.step() == DestinationStep.RUNNING) {
      arrivals.arrived(entry.move(), guest);
    } else if (!rules.step().isLast()) {
      places++;
      start(move);
    }
  }

  /** Hears what a host wants. */
  private void take(ControlConnection control) {
    if (!callers.tryAcquire()) {
      control.close();
      return;
    }
    boolean kept = false;
    try {
      kept = hear(control);
    } catch (VmmException refused) {
      refuse(control, Failures.of(refused));
    } catch (MigrationException failed) {
      refuse(control, failed);
    } catch (OutOfMemoryError full) {
      refuse(control, Failures.of(full));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } finally {
      callers.release();
      if (!kept) {
        control.close();
      }
    }
  }

  private void refuse(ControlConnection control, MigrationException failure) {
    MigrationException why = failure;
    try {
      why = control.explain(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    control.abort(why);
    arrivals.refused(why);
  }

  /** Returns whether a move has the connection now. */
  private boolean hear(ControlConnection control)
      throws VmmException, MigrationException, InterruptedException {
    DestinationChecks.peer(host.peers(), control);
    Message.Hello hello = control.expect(Message.Hello.class);
    int version =
        Protocol.choose(hello.lowestVersion(), hello.highestVersion())
            .orElseThrow(() -> noCommonVersion(hello));
    PlatformCredentials own = Peer.own(host.platform(), host.chain());
    control.send(
        new Message.Welcome(version, host.emulated(), options.maxDataConnections(), own.encode()));
    return switch (control.receive()) {
      case Message.Guest offer -> {
        begin(new Arrival(host, options, listener, arrivals), control, hello, own, offer);
        yield true;
      }
      case Message.Resume(MoveId move) -> resume(control, move);
      case Message other -> throw ControlConnection.outOfTurn(other, "GUEST or RESUME");
    };
  }

  private static MigrationException noCommonVersion(Message.Hello hello) {
    return new MigrationException(
        FailureCode.NO_COMMON_VERSION,
        "the source speaks versions %d to %d of the protocol, the destination %d to %d"
            .formatted(
                hello.lowestVersion(),
                hello.highestVersion(),
                Protocol.LOWEST_VERSION,
                Protocol.HIGHEST_VERSION));
  }

  private void begin(
      Arrival arrival,
      ControlConnection control,
      Message.Hello hello,
      PlatformCredentials own,
      Message.Guest offer)
      throws VmmException, MigrationException, InterruptedException {
    if (host.journal().find(offer.move(), Side.DESTINATION).isPresent()) {
      throw new MigrationException(
          FailureCode.MALFORMED, "GUEST: there was a move of this name before");
    }
    takePlace();
    IncomingMove move = null;
    try {
      move = arrival.begin(control, hello, own, offer);
    } finally {
      if (move == null) {
        givePlace();
      }
    }
    start(move);
  }

  private void takePlace() throws MigrationException {
    lock.lock();
    try {
      if (closed) {
        throw new MigrationException(FailureCode.CANCELLED, "the destination stops taking guests");
      }
      if (places >= options.maxMoves()) {
        throw new MigrationException(
            FailureCode.GUEST_REFUSED,
            "this destination takes %d guests at a time; try again later"
                .formatted(options.maxMoves()));
      }
      places++;
    } finally {
      lock.unlock();
    }
  }

  private void givePlace() {
    lock.lock();
    try {
      places--;
    } finally {
      lock.unlock();
    }
  }

  /** Gives a move a thread; where this host stops meanwhile, it ends at once. */
  private void start(IncomingMove move) {
    Thread thread =
        Thread.ofPlatform().name("sealift-destination").daemon().unstarted(() -> run(move));
    lock.lock();
    try {
      moves.put(move.move(), new Under(move, thread));
      if (closed) {
        move.cancel();
      }
      thread.start();
    } finally {
      lock.unlock();
    }
  }

  private void run(IncomingMove move) {
    try {
      move.run();
    } finally {
      lock.lock();
      try {
        moves.remove(move.move());
        places--;
      } finally {
        lock.unlock();
      }
    }
  }

  /** A source comes back: its move has the connection, or it hears what became of it. */
  private boolean resume(ControlConnection control, MoveId id)
      throws MigrationException, InterruptedException {
    IncomingMove move = find(id);
    if (move != null
        && !move.isFrom(KeyFingerprint.of(control.peerCertificate().getPublicKey()).hex())) {
      throw new MigrationException(
          FailureCode.PEER_NOT_TRUSTED, "RESUME: this move is another host's");
    }
    if (move != null && move.offer(control)) {
      return true;
    }
    Place place =
        host.journal()
            .find(id, Side.DESTINATION)
            .map(entry -> DestinationRules.place((DestinationStep) entry.step()))
            .orElse(Place.UNKNOWN);
    control.send(Message.Standing.at(place));
    return false;
  }

  private @Nullable IncomingMove find(MoveId id) {
    lock.lock();
    try {
      Under under = moves.get(id);
      return under == null ? null : under.move();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes no more guests, ends the moves of which a part is missing, and waits until nothing of
   * them is left. A guest that is whole stays as it is where the host keeps it: only its source
   * knows whether it may run.
   */
  @Override
  public void close() {
    listener.close();
    Map<MoveId, Under> under;
    lock.lock();
    try {
      closed = true;
      under = Map.copyOf(moves);
    } finally {
      lock.unlock();
    }
    under.values().forEach(move -> move.move().cancel());
    try {
      for (Under move : under.values()) {
        move.thread().join(options.timeout().plus(PATIENCE));
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
