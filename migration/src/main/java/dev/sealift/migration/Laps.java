package dev.sealift.migration;

import java.time.Duration;

/** A clock whose laps follow each other without a gap. */
final class Laps {
  private final long began = System.nanoTime();
  private long last = began;

  /** The time since the last lap, or since the start. */
  Duration lap() {
    long now = System.nanoTime();
    var lap = Duration.ofNanos(now - last);
    last = now;
    return lap;
  }

  /** The time since the start. */
  Duration total() {
    return Duration.ofNanos(System.nanoTime() - began);
  }
}
