package dev.sealift.migration;

import dev.sealift.vmm.Guest;
import dev.sealift.vmm.VmmException;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps a running guest standing for a share of the time, in slices too short for anybody to miss
 * it. A guest that did not run when this was made is left alone.
 */
final class GuestThrottle implements AutoCloseable {
  private static final long SLICE_NANOS = Duration.ofMillis(10).toNanos();

  private final Guest guest;
  private final boolean runs;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Thread thread;
  private int percent;
  private boolean ended;

  GuestThrottle(Guest guest) {
    this.guest = guest;
    this.runs = guest.isRunning();
    this.thread =
        Thread.ofPlatform().name("sealift-throttle").daemon().unstarted(this::standAndRun);
  }

  /**
   * From here on the guest stands still for so much of the time.
   *
   * @param newPercent 0 to 99
   */
  void set(int newPercent) {
    lock.lock();
    try {
      percent = newPercent;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    if (runs && newPercent > 0 && thread.getState() == Thread.State.NEW) {
      thread.start();
    }
  }

  private void standAndRun() {
    try {
      boolean goesOn = true;
      while (goesOn) {
        int share = awaitShare();
        if (share == 0) {
          return;
        }
        guest.pause();
        goesOn = pass(SLICE_NANOS * share / 100);
        guest.resume();
        goesOn = goesOn && pass(SLICE_NANOS * (100 - share) / 100);
      }
    } catch (VmmException over) {
      // The guest has ended; whoever moves it finds that out next.
    } catch (InterruptedException never) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits until the guest is to stand still for a share of the time; 0 at the end. */
  private int awaitShare() throws InterruptedException {
    lock.lock();
    try {
      while (!ended && percent == 0) {
        changed.await();
      }
      return ended ? 0 : percent;
    } finally {
      lock.unlock();
    }
  }

  /** Lets time pass; false at the end. */
  private boolean pass(long nanos) throws InterruptedException {
    lock.lock();
    try {
      long left = nanos;
      while (!ended && left > 0) {
        left = changed.awaitNanos(left);
      }
      return !ended;
    } finally {
      lock.unlock();
    }
  }

  /** Lets the guest go: it runs when this returns, if it did when this was made. */
  @Override
  public void close() {
    lock.lock();
    try {
      ended = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    ThreadEnd.await(thread);
  }
}
