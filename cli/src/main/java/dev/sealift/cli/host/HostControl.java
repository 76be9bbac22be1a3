package dev.sealift.cli.host;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.cli.HostMachine;
import dev.sealift.cli.control.Control;
import dev.sealift.cli.control.Order;
import dev.sealift.cli.control.Proof;
import dev.sealift.cli.control.Started;
import dev.sealift.cli.host.HostLog.Event;
import dev.sealift.cli.view.GuestView;
import dev.sealift.cli.view.HostView;
import dev.sealift.cli.view.MoveView;
import dev.sealift.vmm.VmmException;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Does what a host's owner asks for. */
final class HostControl implements Control {
  /** How often something is looked at that somebody follows. */
  private static final Duration LOOK = Duration.ofMillis(100);

  private final HostedGuests guests;
  private final HostedMoves moves;
  private final Departures departures;
  private final Supplier<HostView> views;
  private final GuestLaunch launch;
  private final @Nullable FleetPart fleet;
  private final HostLog log;

  HostControl(
      HostMachine machine,
      HostedGuests guests,
      HostedMoves moves,
      Departures departures,
      Supplier<HostView> views,
      @Nullable FleetPart fleet,
      HostLog log) {
    this.guests = guests;
    this.moves = moves;
    this.departures = departures;
    this.views = views;
    this.launch = new GuestLaunch(machine);
    this.fleet = fleet;
    this.log = log;
  }

  @Override
  public Object execute(Order order, Consumer<Object> events)
      throws BadInput, Failure, VmmException, InterruptedException {
    return switch (order) {
      case Order.QueryHost _ -> views.get();
      case Order.GuestStart start -> start(start);
      case Order.GuestShow(String name) -> guests.get(name).view(true);
      case Order.GuestPause(String name) -> pause(guests.get(name));
      case Order.GuestResume(String name) -> resume(guests.get(name));
      case Order.GuestStop(String name) -> stop(guests.get(name));
      case Order.GuestProve(String name) -> prove(guests.get(name));
      case Order.Migrate migrate ->
          migrate.dryRun() ? departures.rehearse(migrate) : departures.begin(migrate);
      case Order.MigrateCancel(String move) -> departures.cancel(move);
      case Order.QueryMigrate(String move) -> move(move).view();
      case Order.Follow(String move) ->
          move == null ? followHost(events) : followMove(move(move), events);
    };
  }

  private Started start(Order.GuestStart order) throws BadInput, Failure, VmmException {
    GuestLaunch.checkName(order.name());
    if (!guests.reserve(order.name())) {
      throw new BadInput(
          "This host has a guest '%s' already: choose another name.".formatted(order.name()));
    }
    String group = order.group() == null ? "" : order.group();
    boolean done = false;
    boolean claimed = false;
    try {
      if (fleet != null) {
        fleet.claim(
            order.name(), GuestShapes.ofNew(order.memory(), GuestLaunch.policyOf(order)), group);
        claimed = true;
      }
      GuestLaunch.Launched launched = launch.of(order);
      HostedGuest guest = launched.guest();
      guest.group(group);
      if (!order.paused()) {
        guest.guest().run();
      }
      guests.add(guest);
      done = true;
      log.tell(
          Event.info("guest-started").of(guest.name()),
          "launched, measured and %s".formatted(order.paused() ? "not yet running" : "running"));
      return new Started(guest.view(true), launched.digestHex(), launched.measurementHex(), true);
    } finally {
      if (!done) {
        guests.free(order.name());
        if (claimed && fleet != null) {
          fleet.release(order.name());
        }
      }
    }
  }

  private GuestView pause(HostedGuest guest) throws Failure, VmmException {
    guest.use(
        "is being paused",
        it -> {
          if (!it.isRunning()) {
            throw new Failure(
                "The guest %s does not run: it is %s."
                    .formatted(guest.name(), guest.view(false).state()));
          }
          it.pause();
        });
    log.tell(Event.info("guest-paused").of(guest.name()), "stands still");
    return guest.view(true);
  }

  private GuestView resume(HostedGuest guest) throws Failure, VmmException {
    guest.use(
        "is being resumed",
        it -> {
          if (it.isRunning()) {
            throw new Failure("The guest %s runs already.".formatted(guest.name()));
          }
          if (it.vcpu().failure().isPresent()) {
            throw new Failure(
                "The guest %s has ended by itself, %s: stop it, and start it anew."
                    .formatted(guest.name(), it.vcpu().failure().get()));
          }
          it.run();
        });
    log.tell(Event.info("guest-resumed").of(guest.name()), "runs");
    return guest.view(true);
  }

  private GuestView stop(HostedGuest guest) throws Failure {
    // Claimed for good: nobody does anything with it any more.
    guest.claimForEnd();
    GuestView last = guest.view(true);
    guests.remove(guest);
    guest.guest().close();
    if (fleet != null) {
      fleet.changed();
    }
    log.tell(Event.info("guest-stopped").of(guest.name()), "is ended, and gone");
    return last;
  }

  private Proof prove(HostedGuest guest) throws Failure, VmmException {
    Proof proof = guest.prove();
    log.tell(
        (proof.mismatches() == 0 ? Event.info("proved") : Event.error("proved")).of(guest.name()),
        "%d pages compared with its program, %d differ"
            .formatted(proof.pagesCompared(), proof.mismatches()));
    return proof;
  }

  private HostedMove move(String id) throws BadInput {
    return moves
        .find(id)
        .orElseThrow(() -> new BadInput("This host knows of no move %s.".formatted(id)));
  }

  private static MoveView followMove(HostedMove move, Consumer<Object> events)
      throws InterruptedException {
    MoveView last = move.view();
    events.accept(last);
    while (!last.ended()) {
      Thread.sleep(LOOK);
      last = move.view();
      events.accept(last);
    }
    return last;
  }

  private HostView followHost(Consumer<Object> events) throws InterruptedException {
    @Nullable HostView told = null;
    while (true) {
      HostView now = views.get();
      if (told == null || !sameBesideTheClock(told, now)) {
        told = now;
        events.accept(now);
      }
      Thread.sleep(LOOK);
    }
  }

  private static boolean sameBesideTheClock(HostView one, HostView other) {
    return one.guests().equals(other.guests())
        && one.moves().equals(other.moves())
        && one.platform().equals(other.platform());
  }
}
