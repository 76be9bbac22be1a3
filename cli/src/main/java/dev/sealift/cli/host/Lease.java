package dev.sealift.cli.host;

import dev.sealift.cli.Failure;
import dev.sealift.cli.host.HostLog.Event;
import dev.sealift.fleet.registry.RegistryLink;
import dev.sealift.vmm.VmmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A host that runs its guests only while the registry can know that it does: they stand still
 * before the registry takes the host for gone, and run again when it says that they are this
 * host's. So the registry may give them to others as soon as the host is gone from it.
 *
 * <p>ZooKeeper's client says that the connection broke after two thirds of the session's time at
 * the latest without an answer, and the servers end the session after the whole of it. Half of the
 * third that is left is waited, for connections that are made anew at once.
 */
final class Lease implements AutoCloseable {
  private static final int PART_OF_SESSION = 6;
  private static final Duration RETRY = Duration.ofMillis(50);

  private final Duration grace;
  private final HostedGuests guests;
  private final Consumer<String> callOff;
  private final Consumer<HostedGuest> goOn;
  private final HostLog log;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("fleet-lease").daemon().factory());
  private final Set<HostedGuest> standing = new HashSet<>();
  private @Nullable Future<?> due;

  /**
   * A lease.
   *
   * @param session how long the registry waits for a silent host
   * @param callOff ends the move that a guest is in, if it still can be
   * @param goOn has a guest run again as soon as the registry says that it is this host's
   */
  Lease(
      Duration session,
      HostedGuests guests,
      Consumer<String> callOff,
      Consumer<HostedGuest> goOn,
      HostLog log) {
    this.grace = session.dividedBy(PART_OF_SESSION);
    this.guests = guests;
    this.callOff = callOff;
    this.goOn = goOn;
    this.log = log;
  }

  /** The link to the registry has changed; returns at once. */
  synchronized void heard(RegistryLink link) {
    switch (link) {
      case SUSPENDED, LOST -> {
        if (due == null) {
          due = clock.schedule(this::standStill, grace.toMillis(), TimeUnit.MILLISECONDS);
        }
      }
      case BACK -> {
        if (due != null) {
          due.cancel(false);
          due = null;
        }
        clock.execute(this::resume);
      }
    }
  }

  /**
   * Nothing is waited for: who has a guest is made to let go of it, which takes its time, and the
   * guest stands still meanwhile.
   */
  private void standStill() {
    List<HostedGuest> left = new ArrayList<>(guests.all());
    try {
      while (!left.isEmpty() && isOut()) {
        left.removeIf(guest -> isElsewhere(guest) || stopped(guest));
        if (!left.isEmpty()) {
          Thread.sleep(RETRY);
        }
      }
    } catch (InterruptedException ending) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized boolean isOut() {
    return due != null;
  }

  /** Whether it may not run here, whatever becomes of its move. */
  private boolean isElsewhere(HostedGuest guest) {
    return !guest.isAtHome() || guests.find(guest.name()).isEmpty();
  }

  /**
   * Whether it stands still for good: a guest that is being moved is called off, and may run again
   * before that is done.
   */
  private boolean stopped(HostedGuest guest) {
    if (guest.isBusy()) {
      callOff.accept(guest.name());
      pause(guest);
      return false;
    }
    if (!guest.guest().isRunning() && !standing.contains(guest)) {
      return true;
    }
    try {
      guest.use("stands still until the registry answers", it -> it.pause());
      standing.add(guest);
      log.tell(
          Event.warn("lease").of(guest.name()),
          "stands still until the registry answers: this host has a lease on its guests, and it runs out");
      return true;
    } catch (Failure busyAgain) {
      return false;
    } catch (VmmException refused) {
      log.tell(Event.error("lease").of(guest.name()), Failure.sentence(refused));
      return true;
    }
  }

  /** Whoever has the guest lets it run again in the end, and then this is done again. */
  private void pause(HostedGuest guest) {
    try {
      if (guest.guest().isRunning()) {
        guest.guest().pause();
        standing.add(guest);
      }
    } catch (VmmException | IllegalStateException ended) {
      // It runs no more: whoever has it finds that out.
    }
  }

  private void resume() {
    for (HostedGuest guest : standing) {
      Thread.ofVirtual().name("fleet-lease-resume").start(() -> resume(guest));
    }
    standing.clear();
  }

  /** Whoever still has the guest is not disturbed. */
  private void resume(HostedGuest guest) {
    try {
      while (guest.isBusy() && !isElsewhere(guest)) {
        Thread.sleep(RETRY);
      }
      if (!isElsewhere(guest)) {
        goOn.accept(guest);
      }
    } catch (InterruptedException ending) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
