package dev.sealift.firmware;

import java.util.concurrent.locks.LockSupport;

/** The time that a paced processor keeps. */
interface PaceClock {

  /** Nanoseconds since some moment. */
  long nanos();

  /** Returns when {@link #nanos} has reached a time, and not before. */
  void await(long nanos);

  /**
   * The machine's own time. A thread that sleeps is woken some 50 microseconds late (the slack of
   * Linux's timers, and the scheduler), as much as a whole command may take. So it sleeps only
   * while more than that is left, and watches the clock for the rest.
   */
  PaceClock SYSTEM =
      new PaceClock() {
        private static final long LATENESS = 100_000;

        @Override
        public long nanos() {
          return System.nanoTime();
        }

        @Override
        public void await(long nanos) {
          for (long left = nanos - nanos(); left > 0; left = nanos - nanos()) {
            if (left > LATENESS) {
              LockSupport.parkNanos(this, left - LATENESS);
            } else {
              Thread.onSpinWait();
            }
          }
        }
      };
}
