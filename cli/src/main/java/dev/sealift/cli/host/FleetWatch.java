package dev.sealift.cli.host;

import dev.sealift.cli.fleet.FleetGlances;
import dev.sealift.cli.view.FleetGlance;
import dev.sealift.cli.view.FleetStatus;
import dev.sealift.fleet.registry.RegistryException;
import dev.sealift.fleet.registry.RegistryLink;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The fleet, for those who look at this host's page. It is read on a thread of its own, for the
 * registry may be slow or gone; at most once a second, and only while somebody looks, for every
 * host of a fleet may have a page.
 */
final class FleetWatch implements AutoCloseable {
  private static final Duration REST = Duration.ofSeconds(1);

  /** What is older is called old. */
  private static final Duration FRESH = Duration.ofSeconds(5);

  /** Whoever has asked may ask again within this time: a collector of metrics does. */
  private static final Duration INTEREST = Duration.ofMinutes(2);

  /** The fleet as it is. */
  interface Reading {
    FleetStatus read() throws RegistryException;
  }

  private final Reading reading;
  private final Thread thread;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition wanted = lock.newCondition();
  private FleetGlance last;
  private String link = "connecting";
  private boolean everAsked;
  private long askedNanos;
  private Instant readAt = Instant.EPOCH;
  private long readNanos;

  FleetWatch(String registry, Reading reading) {
    this.reading = reading;
    last = FleetGlance.unread(registry, link);
    thread = Thread.ofVirtual().name("fleet-watch").start(this::work);
  }

  /** How it stands with the registry. */
  void heard(RegistryLink state) {
    lock.lock();
    try {
      link =
          switch (state) {
            case SUSPENDED -> "suspended";
            case LOST -> "lost";
            case BACK -> "answers";
          };
    } finally {
      lock.unlock();
    }
  }

  /** The fleet as it was last read; at once. */
  FleetGlance glance() {
    lock.lock();
    try {
      everAsked = true;
      askedNanos = System.nanoTime();
      wanted.signalAll();
      boolean old =
          last.totals() != null
              && (!link.equals("answers") || askedNanos - readNanos > FRESH.toNanos());
      return last.seen(link, old ? readAt : null);
    } finally {
      lock.unlock();
    }
  }

  private void work() {
    try {
      while (true) {
        awaitInterest();
        read();
        TimeUnit.NANOSECONDS.sleep(REST.toNanos());
      }
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  private void awaitInterest() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!everAsked || System.nanoTime() - askedNanos > INTEREST.toNanos()) {
        wanted.await();
      }
    } finally {
      lock.unlock();
    }
  }

  private void read() {
    Instant began = Instant.now();
    long beganNanos = System.nanoTime();
    FleetGlance fresh;
    try {
      fresh = FleetGlances.of(reading.read());
    } catch (RegistryException | RuntimeException unread) {
      // The page says since when what it shows is old, and the host's log why.
      return;
    }
    lock.lock();
    try {
      last = fresh;
      readAt = began;
      readNanos = beganNanos;
      if (link.equals("connecting")) {
        link = "answers";
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
