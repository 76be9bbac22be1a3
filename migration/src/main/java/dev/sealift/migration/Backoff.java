package dev.sealift.migration;

import java.time.Duration;

/**
 * How often something is tried again: soon at first, then ever less often, and at most for a limit.
 * Thread-confined.
 */
final class Backoff {
  private static final long FIRST_NANOS = 20_000_000;
  private static final long MOST_NANOS = 1_000_000_000;

  private final long end;
  private long pause = FIRST_NANOS;

  /**
   * The limit runs from now on.
   *
   * @param limit zero tries nothing again
   */
  Backoff(Duration limit) {
    end = System.nanoTime() + limit.toNanos();
  }

  /** Whether the limit has passed. */
  boolean isOver() {
    return left() <= 0;
  }

  /** Waits until it is time for another try, or the limit has passed. */
  void await() throws InterruptedException {
    Thread.sleep(next());
  }

  /** How long it is until it is time for another try, or the limit has passed. */
  Duration next() {
    long nanos = Math.min(pause, left());
    pause = Math.min(2 * pause, MOST_NANOS);
    return Duration.ofNanos(Math.max(0, nanos));
  }

  private long left() {
    return end - System.nanoTime();
  }
}
