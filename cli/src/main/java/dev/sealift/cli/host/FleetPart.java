package dev.sealift.cli.host;

import dev.sealift.cli.Failure;
import dev.sealift.cli.fleet.FleetStatuses;
import dev.sealift.cli.host.HostLog.Event;
import dev.sealift.cli.view.FleetGlance;
import dev.sealift.fleet.GuestShape;
import dev.sealift.fleet.HostRecord;
import dev.sealift.fleet.registry.Coordinator;
import dev.sealift.fleet.registry.HostAgent;
import dev.sealift.fleet.registry.Registry;
import dev.sealift.fleet.registry.RegistryException;
import dev.sealift.fleet.registry.RegistryException.Kind;
import dev.sealift.fleet.registry.RegistryOwnership;
import dev.sealift.migration.handover.Ownership;
import dev.sealift.vmm.VmmException;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * A host's part in a fleet: its guests' names are the fleet's, it runs only guests that are its own
 * there, it does the fleet's orders, and it stands for coordinator.
 */
final class FleetPart implements AutoCloseable {
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final Registry registry;
  private final RegistryOwnership ownership;
  private final String name;
  private final @Nullable Duration lease;
  private final GuestShapes shapes = new GuestShapes();
  private final HostLog log;
  private final FleetWatch watch;
  private @Nullable Lease held;
  private @Nullable HostAgent agent;
  private volatile @Nullable Coordinator coordinator;
  private volatile boolean closed;

  private FleetPart(
      Registry registry, String address, String name, @Nullable Duration lease, HostLog log) {
    this.lease = lease;
    this.registry = registry;
    this.ownership = new RegistryOwnership(registry, name);
    this.name = name;
    this.log = log;
    watch = new FleetWatch(address, () -> FleetStatuses.of(registry, address));
    registry.onLink(watch::heard);
  }

  /** Begins to speak to a fleet's registry, on behalf of a host of that name. */
  static FleetPart connect(FleetSettings settings, String name, HostLog log) {
    return new FleetPart(
        Registry.connect(settings.registry()),
        settings.registry().address().toString(),
        name,
        settings.lease() ? settings.registry().session() : null,
        log);
  }

  /** Who owns which guest. */
  Ownership ownership() {
    return ownership;
  }

  Registry registry() {
    return registry;
  }

  /** The fleet as it was last read; at once. */
  FleetGlance glance() {
    return watch.glance();
  }

  /**
   * Takes a name for a guest that is about to be made.
   *
   * @throws Failure if it is another host's, or if nobody knows
   */
  void claim(String guest, GuestShape shape, String group) throws Failure {
    try {
      ownership.claim(guest, shape, group);
    } catch (RegistryException refused) {
      throw new Failure(
          refused.kind() == Kind.EXISTS
              ? "%s Choose another name.".formatted(refused.getMessage())
              : "Whether the name %s is free in the fleet is not known: %s"
                  .formatted(guest, refused.getMessage()),
          refused);
    }
  }

  /** Gives a name back whose guest did not come to be; the agent does so, too, if this fails. */
  void release(String guest) {
    try {
      ownership.release(guest);
    } catch (RegistryException later) {
      log.tell(Event.warn("registry").of(guest), Failure.sentence(later));
    }
  }

  /**
   * Has a guest run again that ran when this host was last there, as soon as the registry says that
   * it is still this host's.
   */
  void goOn(HostedGuest guest) {
    Thread.ofVirtual().name("fleet-resident").start(() -> awaitOwnership(guest));
  }

  private void awaitOwnership(HostedGuest guest) {
    boolean told = false;
    while (!closed) {
      try {
        ownership.claim(guest.name(), shapes.of(guest), guest.group());
        guest.use("is being taken up again", it -> it.run());
        log.tell(Event.info("adopted").of(guest.name()), "taken up again, and runs on");
        return;
      } catch (RegistryException unknown) {
        if (unknown.kind() == Kind.EXISTS) {
          guest.fence();
          log.tell(
              Event.error("fenced").of(guest.name()),
              "stands still here: " + Failure.sentence(unknown));
          return;
        }
        if (!told) {
          log.tell(
              Event.warn("adopted").of(guest.name()),
              "taken up again, and stands still until the registry says that it is this host's: "
                  + Failure.sentence(unknown));
          told = true;
        }
      } catch (Failure | VmmException refused) {
        log.tell(Event.error("guest-left-alone").of(guest.name()), Failure.sentence(refused));
        return;
      }
      if (!pause()) {
        return;
      }
    }
  }

  /** Joins: from here on the fleet sees this host, and has its orders done. */
  void join(HostRecord record, HostedGuests guests, HostedMoves moves, Departures departures) {
    var orders = new FleetOrders(record, registry, guests, moves, departures, shapes, log);
    if (lease != null) {
      var ours = new Lease(lease, guests, orders::cancel, this::goOn, log);
      registry.onLink(ours::heard);
      held = ours;
    }
    agent =
        HostAgent.join(
            registry, ownership, orders, sentence -> log.tell(Event.info("fleet"), sentence));
    Thread.ofVirtual().name("fleet-candidate").start(this::stand);
  }

  /** Stands for coordinator as soon as the registry answers. */
  private void stand() {
    while (!closed) {
      try {
        coordinator =
            Coordinator.start(
                registry,
                name,
                InstantSource.system(),
                sentence -> log.tell(Event.info("coordinator"), sentence));
        return;
      } catch (RegistryException away) {
        if (!pause()) {
          return;
        }
      }
    }
  }

  private static boolean pause() {
    try {
      Thread.sleep(RETRY);
      return true;
    } catch (InterruptedException ending) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** A guest was started or stopped. */
  void changed() {
    if (agent != null) {
      agent.wake();
    }
  }

  @Override
  public void close() {
    closed = true;
    watch.close();
    if (held != null) {
      held.close();
    }
    Coordinator candidate = coordinator;
    if (candidate != null) {
      candidate.close();
    }
    if (agent != null) {
      agent.close();
    }
    registry.close();
  }
}
