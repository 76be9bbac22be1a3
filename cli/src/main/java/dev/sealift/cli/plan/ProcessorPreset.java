package dev.sealift.cli.plan;

import java.time.Duration;

/** Secure Processors to plan with where nothing else is said. */
enum ProcessorPreset {
  /**
   * A guess at one in silicon. Nobody publishes how fast those are: whoever plans a real move
   * measures their own and says so.
   */
  ASSUMED(Duration.ofNanos(100_000), 200_000_000, "an assumption, not a measurement"),
  /**
   * The one in software, as measured on one core of a Zen 4: 0.7 us for a packet of 16 bytes, 3.9
   * us for one of a page.
   */
  SOFTWARE(Duration.ofNanos(1000), 1_400_000_000, "in software, one page a call");

  private final Duration latency;
  private final long bytesPerSecond;
  private final String meaning;

  ProcessorPreset(Duration latency, long bytesPerSecond, String meaning) {
    this.latency = latency;
    this.bytesPerSecond = bytesPerSecond;
    this.meaning = meaning;
  }

  Duration latency() {
    return latency;
  }

  long bytesPerSecond() {
    return bytesPerSecond;
  }

  /** What it is, for people. */
  String meaning() {
    return meaning;
  }
}
