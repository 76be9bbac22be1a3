package dev.sealift.fleet.registry;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** A thread that looks as soon as something has changed, and every second at least. */
final class Lookout implements AutoCloseable {
  private static final Duration TICK = Duration.ofSeconds(1);

  private final Runnable look;
  private final Duration breath;
  private final Thread thread;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition something = lock.newCondition();
  private boolean woken = true;
  private boolean closed;

  /**
   * A lookout that does not look yet.
   *
   * @param breath changes come in crowds: what comes within so short a time is answered by one look
   * @param look what it does; never at the same time twice
   */
  Lookout(String name, Duration breath, Runnable look) {
    this.look = look;
    this.breath = breath;
    thread = Thread.ofPlatform().name(name).daemon().unstarted(this::work);
  }

  /** Begins with a first look. */
  void start() {
    thread.start();
  }

  /** Something has changed. */
  void wake() {
    lock.lock();
    try {
      woken = true;
      something.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void work() {
    while (rest()) {
      look.run();
    }
  }

  /** Waits for something to do; false when there will be nothing more. */
  private boolean rest() {
    try {
      TimeUnit.NANOSECONDS.sleep(breath.toNanos());
      lock.lockInterruptibly();
    } catch (InterruptedException e) {
      return false;
    }
    try {
      long left = TICK.toNanos();
      while (!woken && !closed && left > 0) {
        left = something.awaitNanos(left);
      }
      woken = false;
      return !closed;
    } catch (InterruptedException e) {
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Looks no more; returns when the last look is over, or has taken too long. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      something.signalAll();
    } finally {
      lock.unlock();
    }
    try {
      thread.join(TimeUnit.SECONDS.toMillis(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
