package dev.sealift.firmware;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * How fast a Secure Processor is: what a command costs, whatever it does, and how fast the guest
 * data goes through that it moves.
 *
 * @param latency time a command, 0 to 1 s
 * @param bytesPerSecond bytes of guest data a second, at least 1; empty: as fast as it can
 */
public record ProcessorPace(Duration latency, OptionalLong bytesPerSecond) {

  private static final Duration MOST_LATENCY = Duration.ofSeconds(1);

  /** As fast as the software is. */
  public static final ProcessorPace UNPACED =
      new ProcessorPace(Duration.ZERO, OptionalLong.empty());

  public ProcessorPace {
    if (latency.isNegative() || latency.compareTo(MOST_LATENCY) > 0) {
      throw new IllegalArgumentException("the latency of a command is 0 to 1 s: " + latency);
    }
    if (bytesPerSecond.isPresent() && bytesPerSecond.getAsLong() < 1) {
      throw new IllegalArgumentException(
          "the bandwidth of a processor is at least 1 byte a second: "
              + bytesPerSecond.getAsLong());
    }
  }

  /** Whether it is slower than the software is anyway. */
  public boolean isPaced() {
    return latency.isPositive() || bytesPerSecond.isPresent();
  }

  /**
   * The least time that commands take, one after the other.
   *
   * @param commands how many
   * @param bytes guest data that they move, all together
   */
  public Duration cost(long commands, long bytes) {
    Duration answering = latency.multipliedBy(commands);
    return bytesPerSecond.isEmpty()
        ? answering
        : answering.plusNanos((long) Math.ceil(1e9 * bytes / bytesPerSecond.getAsLong()));
  }
}
