package dev.sealift.migration;

import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** Keeps what all senders together send below a rate. Thread-safe. */
final class Pacer {
  private final OptionalLong bytesPerSecond;
  private long due;
  private boolean begun;
  private boolean lifted;

  Pacer(OptionalLong bytesPerSecond) {
    this.bytesPerSecond = bytesPerSecond;
  }

  /** Waits until so many bytes may be sent. */
  void await(long bytes) throws InterruptedException {
    long wait = reserve(bytes, System.nanoTime());
    if (wait > 0) {
      TimeUnit.NANOSECONDS.sleep(wait);
    }
  }

  /**
   * Takes the next place in the stream of bytes.
   *
   * @param now the time, in nanoseconds
   * @return how long to wait for it, in nanoseconds
   */
  synchronized long reserve(long bytes, long now) {
    if (lifted || bytesPerSecond.isEmpty()) {
      return 0;
    }
    if (!begun || due - now < 0) {
      begun = true;
      due = now;
    }
    long wait = due - now;
    due += (long) (1e9 * bytes / bytesPerSecond.getAsLong());
    return wait;
  }

  /** The guest stands still: from here on nothing waits. */
  synchronized void lift() {
    lifted = true;
  }
}
