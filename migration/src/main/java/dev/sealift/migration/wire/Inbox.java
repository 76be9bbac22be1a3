package dev.sealift.migration.wire;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What came in and is not yet taken, and why nothing more will. A failure reaches whoever waits at
 * once; the mere end of the stream only after the messages before it.
 */
final class Inbox {
  private static final int CAPACITY = 16;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<Letter> letters = new ArrayDeque<>();
  private @Nullable MigrationException abort;
  private @Nullable MigrationException failure;
  private @Nullable MigrationException end;
  private boolean closed;
  private long lastHeard = System.nanoTime();

  /**
   * A message that came in.
   *
   * @param leaf what stands for it in a manifest; null for one that carries no part of the guest
   */
  // Made, taken and forgotten.
  @SuppressWarnings("ArrayRecordComponent")
  record Letter(Message message, byte @Nullable [] leaf) {}

  /** The reader adds a message; waits while the inbox is full. */
  void put(Letter letter) throws InterruptedException {
    lock.lock();
    try {
      while (letters.size() == CAPACITY && !isOver()) {
        changed.await();
      }
      if (!isOver()) {
        letters.add(letter);
      }
      lastHeard = System.nanoTime();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** The peer said ABORT. */
  void abort(MigrationException why) {
    lock.lock();
    try {
      abort = why;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** A part of this side failed; the first one to do so explains it. */
  void fail(MigrationException why) {
    lock.lock();
    try {
      if (failure == null) {
        failure = why;
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Nothing more comes from the peer. */
  void end(MigrationException why) {
    lock.lock();
    try {
      if (end == null) {
        end = why;
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Nobody takes any more; the reader may go on to the end of the stream. */
  void close() {
    lock.lock();
    try {
      closed = true;
      letters.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** A sign of life came in on another connection of the same peer. */
  void heard() {
    lock.lock();
    try {
      lastHeard = System.nanoTime();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for the next message.
   *
   * @param silence how long the peer may be silent on all its connections
   */
  Letter take(Duration silence) throws MigrationException, InterruptedException {
    lock.lockInterruptibly();
    try {
      long began = System.nanoTime();
      while (true) {
        Letter next = next();
        if (next != null) {
          return next;
        }
        long since = lastHeard - began > 0 ? lastHeard : began;
        long left = since + silence.toNanos() - System.nanoTime();
        if (left <= 0) {
          throw new MigrationException(
              FailureCode.TIMED_OUT,
              "the peer said nothing for %d ms".formatted(silence.toMillis()));
        }
        changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits for the next message, as long as that; null if none comes. */
  @Nullable Letter poll(Duration patience) throws MigrationException, InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = patience.toNanos();
      Letter next = next();
      while (next == null && left > 0) {
        left = changed.awaitNanos(left);
        next = next();
      }
      return next;
    } finally {
      lock.unlock();
    }
  }

  /** The next message if it is here; whoever calls has the lock. */
  private @Nullable Letter next() throws MigrationException {
    if (abort != null) {
      throw abort;
    }
    if (failure != null) {
      throw failure;
    }
    Letter next = letters.poll();
    if (next != null) {
      changed.signalAll();
    } else if (end != null) {
      throw end;
    }
    return next;
  }

  /** Waits a moment for the peer's ABORT or the end of its stream; null if neither comes. */
  @Nullable MigrationException awaitReason(Duration patience) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = patience.toNanos();
      while (abort == null && end == null && left > 0) {
        left = changed.awaitNanos(left);
      }
      return abort != null ? abort : end;
    } finally {
      lock.unlock();
    }
  }

  private boolean isOver() {
    return closed || abort != null || failure != null;
  }
}
