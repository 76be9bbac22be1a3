package dev.sealift.kernel;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Lets any number of accesses in at once until it is closed; closing waits for those inside.
 * Accesses of a page are short and come from many threads, so each thread counts itself in a place
 * that few others use: with one counter for all, the cores would wait for its cache line.
 */
final class AccessGate {

  /** What {@link #enter} says of a gate that is closed. */
  static final int CLOSED = -1;

  private static final int PLACES = 8;

  /** A cache line of longs. */
  private static final int STRIDE = 8;

  private final AtomicLongArray inside = new AtomicLongArray((PLACES + 1) * STRIDE);
  private volatile boolean closed;

  /** Lets one in: the place to {@link #leave} from, or {@link #CLOSED}. */
  int enter() {
    int place = ((int) Thread.currentThread().threadId() & PLACES - 1) * STRIDE + STRIDE;
    // Counted first, then asked: whoever closes sees the count, or this sees that it is closed.
    inside.getAndIncrement(place);
    if (closed) {
      leave(place);
      return CLOSED;
    }
    return place;
  }

  void leave(int place) {
    inside.getAndDecrement(place);
  }

  /** Lets nobody in any more; nobody is inside when this returns. */
  void close() {
    closed = true;
    for (int place = STRIDE; place < inside.length(); place += STRIDE) {
      while (inside.get(place) != 0) {
        Thread.onSpinWait();
      }
    }
  }
}
