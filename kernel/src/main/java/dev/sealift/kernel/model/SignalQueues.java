package dev.sealift.kernel.model;

import dev.sealift.abi.Errno;
import dev.sealift.abi.ThreadSignals;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The signals of the process's threads. A thread is known by the low 32 bits of its {@link
 * Thread#threadId()} from its first call on, until it ends.
 */
final class SignalQueues implements ThreadSignals {
  private final ConcurrentMap<Integer, SignalQueue> byThread = new ConcurrentHashMap<>();

  /** The calling thread's signals. */
  SignalQueue ofCurrentThread() {
    Thread thread = Thread.currentThread();
    int id = (int) thread.threadId();
    SignalQueue known = byThread.get(id);
    if (known != null) {
      return known;
    }
    // Threads come and go: a newcomer clears away what the departed left behind.
    byThread.values().removeIf(queue -> !queue.threadIsAlive());
    return byThread.computeIfAbsent(id, _ -> new SignalQueue(thread));
  }

  @Override
  public int currentThread() {
    ofCurrentThread();
    return (int) Thread.currentThread().threadId();
  }

  @Override
  public int block(int signal) {
    if (!isSignal(signal)) {
      return Errno.EINVAL.negated();
    }
    ofCurrentThread().block(signal);
    return 0;
  }

  @Override
  public int send(int thread, int signal) {
    if (thread <= 0 || (signal != 0 && !isSignal(signal))) {
      return Errno.EINVAL.negated();
    }
    SignalQueue queue = byThread.get(thread);
    if (queue == null || !queue.threadIsAlive()) {
      return Errno.ESRCH.negated();
    }
    return signal == 0 ? 0 : queue.post(signal);
  }

  @Override
  public int take(int signal) {
    if (!isSignal(signal)) {
      return Errno.EINVAL.negated();
    }
    return ofCurrentThread().take(signal);
  }

  private static boolean isSignal(int signal) {
    return signal >= 1 && signal <= SignalQueue.LAST_SIGNAL;
  }
}
