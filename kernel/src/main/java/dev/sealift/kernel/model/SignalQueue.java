package dev.sealift.kernel.model;

import dev.sealift.abi.Errno;

/**
 * The signals of one thread: what it blocks and what is pending. A signal below 32 is pending once
 * at most, a real-time signal as often as it was sent. A set of signals is a word with bit n-1 for
 * signal n.
 *
 * <p>Nothing is ever delivered to a handler or kills the process, as there is neither here: a
 * signal stays pending until the thread takes it. Safe for use by many threads.
 *
 * <p>Source: signal(7).
 */
final class SignalQueue {
  /** Signals are 1 to this number. */
  static final int LAST_SIGNAL = 64;

  /** SIGKILL and SIGSTOP, which no mask holds back. */
  private static final long UNBLOCKABLE = bit(9) | bit(19);

  private static final int FIRST_REAL_TIME = 32;

  /** How often one signal may be pending (RLIMIT_SIGPENDING). */
  private static final int PENDING_LIMIT = 1024;

  private final Thread thread;
  private final int[] queued = new int[LAST_SIGNAL + 1];

  /** Written under this object's lock, read by KVM_RUN between steps. */
  private volatile long pending;

  private volatile long blocked;

  SignalQueue(Thread thread) {
    this.thread = thread;
  }

  /** The set that a mask of the caller's stands for. */
  static long blockable(long mask) {
    return mask & ~UNBLOCKABLE;
  }

  private static long bit(int signal) {
    return 1L << (signal - 1);
  }

  boolean threadIsAlive() {
    return thread.isAlive();
  }

  synchronized void block(int signal) {
    blocked = blockable(blocked | bit(signal));
  }

  /** The thread's own mask. */
  long blocked() {
    return blocked;
  }

  /** Makes a signal pending; {@code -EAGAIN} if it is pending too often already. */
  synchronized int post(int signal) {
    if (signal >= FIRST_REAL_TIME && queued[signal] == PENDING_LIMIT) {
      return Errno.EAGAIN.negated();
    }
    queued[signal] = signal < FIRST_REAL_TIME ? 1 : queued[signal] + 1;
    pending |= bit(signal);
    return 0;
  }

  /** Takes a pending signal away and returns its number; {@code -EAGAIN} if it is not pending. */
  synchronized int take(int signal) {
    if (queued[signal] == 0) {
      return Errno.EAGAIN.negated();
    }
    if (--queued[signal] == 0) {
      pending &= ~bit(signal);
    }
    return signal;
  }

  /** True if a signal is pending that this mask does not hold back. */
  boolean isInterruptedUnder(long mask) {
    return (pending & ~mask) != 0;
  }
}
