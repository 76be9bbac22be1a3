package dev.sealift.migration;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for what must come. */
final class Await {
  private static final long PATIENCE_NANOS = Duration.ofSeconds(30).toNanos();

  private Await() {}

  static void until(String what, Callable<Boolean> condition) {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    try {
      while (!condition.call()) {
        if (System.nanoTime() - deadline > 0) {
          throw new AssertionError("waited in vain until " + what);
        }
        LockSupport.parkNanos(500_000);
      }
    } catch (Exception e) {
      throw new AssertionError("while waiting until " + what, e);
    }
  }
}
