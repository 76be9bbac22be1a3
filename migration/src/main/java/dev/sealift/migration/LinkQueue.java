package dev.sealift.migration;

import dev.sealift.migration.wire.ControlConnection;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Where a move at its destination gets new connections from: the last one that its source made
 * counts. Thread-safe.
 */
final class LinkQueue {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private @Nullable ControlConnection next;
  private boolean closed;

  /** The source has a new connection; false, and it is the caller's, if nobody waits any more. */
  boolean offer(ControlConnection connection) {
    lock.lock();
    try {
      if (closed) {
        return false;
      }
      if (next != null) {
        next.close();
      }
      next = connection;
      changed.signalAll();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Waits for a connection; null if none comes in time or no more will. */
  @Nullable ControlConnection await(Duration limit) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = limit.toNanos();
      while (next == null && !closed && left > 0) {
        left = changed.awaitNanos(left);
      }
      ControlConnection taken = next;
      next = null;
      return taken;
    } finally {
      lock.unlock();
    }
  }

  /** Nobody takes connections any more. */
  void close() {
    lock.lock();
    try {
      closed = true;
      if (next != null) {
        next.close();
        next = null;
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
