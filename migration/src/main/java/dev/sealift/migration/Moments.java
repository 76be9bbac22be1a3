package dev.sealift.migration;

import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.function.LongSupplier;

/**
 * The moments of a move, by the calendar and to the millisecond. They follow each other even where
 * the calendar is set meanwhile: it is asked once, and from there on time is counted.
 */
final class Moments {
  private final Instant began;
  private final LongSupplier nanos;
  private final long start;

  /**
   * Begins now.
   *
   * @param calendar asked once
   * @param nanos a clock that is never set, as {@link System#nanoTime}
   */
  Moments(InstantSource calendar, LongSupplier nanos) {
    began = calendar.instant();
    this.nanos = nanos;
    start = nanos.getAsLong();
  }

  /** By this host's clocks. */
  static Moments begin() {
    return new Moments(InstantSource.system(), System::nanoTime);
  }

  Instant now() {
    return began.plusNanos(nanos.getAsLong() - start).truncatedTo(ChronoUnit.MILLIS);
  }
}
