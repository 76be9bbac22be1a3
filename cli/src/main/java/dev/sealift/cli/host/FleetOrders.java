package dev.sealift.cli.host;

import dev.sealift.abi.Pages;
import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.cli.HostAddress;
import dev.sealift.cli.control.Order;
import dev.sealift.cli.host.HostLog.Event;
import dev.sealift.cli.view.MoveView;
import dev.sealift.cli.view.ProgressView;
import dev.sealift.fleet.HostRecord;
import dev.sealift.fleet.Job;
import dev.sealift.fleet.MoveRecord;
import dev.sealift.fleet.Versioned;
import dev.sealift.fleet.registry.LocalHost;
import dev.sealift.fleet.registry.MemberRecord;
import dev.sealift.fleet.registry.Registry;
import dev.sealift.fleet.registry.RegistryException;
import dev.sealift.vmm.VmmException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a fleet wants of a host, done as if its owner had asked for it. */
final class FleetOrders implements LocalHost {
  private static final Duration LOOK = Duration.ofMillis(500);
  private static final Duration FENCE_RETRY = Duration.ofMillis(100);

  private final HostRecord record;
  private final Registry registry;
  private final HostedGuests guests;
  private final HostedMoves moves;
  private final Departures departures;
  private final HostLog log;
  private final GuestShapes shapes;

  /**
   * @param record what the host says of itself
   */
  FleetOrders(
      HostRecord record,
      Registry registry,
      HostedGuests guests,
      HostedMoves moves,
      Departures departures,
      GuestShapes shapes,
      HostLog log) {
    this.record = record;
    this.registry = registry;
    this.guests = guests;
    this.moves = moves;
    this.departures = departures;
    this.shapes = shapes;
    this.log = log;
  }

  @Override
  public HostRecord describe() {
    return isBeingEmptied() ? record.closed() : record;
  }

  /** Whoever has it emptied does not want another job to fill it meanwhile. */
  private boolean isBeingEmptied() {
    try {
      return registry.jobs().values().stream()
          .map(Versioned::value)
          .anyMatch(job ->
              job.kind() == Job.Kind.EVACUATE
                  && job.state() != Job.State.ENDED
                  && job.subject().equals(record.name()));
    } catch (RegistryException unknown) {
      // It cannot be told of either.
      return false;
    }
  }

  @Override
  public Map<String, Guest> guests() {
    Map<String, Guest> own = new TreeMap<>();
    for (HostedGuest guest : guests.all()) {
      if (guest.isAtHome()) {
        own.put(guest.name(), new Guest(shapes.of(guest), guest.group()));
      }
    }
    return own;
  }

  @Override
  public boolean has(String guest) {
    return guests.has(guest) || isLeaving(guest);
  }

  @Override
  public boolean isLeaving(String guest) {
    return moves.leaving(guest).isPresent();
  }

  @Override
  public void migrate(MoveRecord order, Progress progress) {
    try {
      HostAddress to = HostAddress.parse(addressOf(order.destination()));
      MoveView begun =
          departures.begin(
              new Order.Migrate(
                  order.guest(),
                  to.host(),
                  to.port(),
                  order.downtimeMillis(),
                  order.bytesPerSecond() == 0 ? null : (Long) order.bytesPerSecond(),
                  null,
                  null,
                  null,
                  false));
      HostedMove move = moves.find(begun.id()).orElseThrow();
      Thread.ofVirtual().name("fleet-move").start(() -> follow(move, progress));
    } catch (BadInput | Failure | RegistryException obstacle) {
      progress.ended(Failure.sentence(obstacle));
    }
  }

  private String addressOf(String host) throws RegistryException, Failure {
    return registry
        .member(host)
        .map(MemberRecord::address)
        .orElseThrow(() -> new Failure("No host of the fleet is called %s.".formatted(host)));
  }

  private static void follow(HostedMove move, Progress progress) {
    try {
      while (!move.awaitEnd(LOOK)) {
        ProgressView now = move.view().now();
        progress.moving(
            now == null ? null : (Long) (now.pagesLeft() * Pages.SIZE),
            now == null ? null : now.secondsLeft());
      }
      progress.ended(failure(move.view()));
    } catch (InterruptedException ending) {
      Thread.currentThread().interrupt();
    }
  }

  private static String failure(MoveView move) {
    if (move.status().equals("completed")) {
      return "";
    }
    @Nullable String reason = move.reason();
    return reason == null ? "The move was called off." : reason;
  }

  @Override
  public void cancel(String guest) {
    moves.leaving(guest).ifPresent(departures::callOff);
  }

  @Override
  public void fenced(String guest) {
    guests
        .find(guest)
        .ifPresent(found -> Thread.ofVirtual().name("fleet-fence").start(() -> fence(found)));
  }

  /** Whoever has the guest has it to the end of what is being done, and then nobody. */
  private void fence(HostedGuest guest) {
    guest.fence();
    cancel(guest.name());
    try {
      while (guest.isBusy()) {
        Thread.sleep(FENCE_RETRY);
      }
      if (guest.guest().isRunning()) {
        guest.guest().pause();
      }
      log.tell(
          Event.error("fenced").of(guest.name()),
          "is another host's in the fleet, and stands still here: a person must look");
    } catch (InterruptedException ending) {
      Thread.currentThread().interrupt();
    } catch (VmmException refused) {
      log.tell(Event.error("fenced").of(guest.name()), Failure.sentence(refused));
    }
  }
}
