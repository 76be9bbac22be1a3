package dev.sealift.migration.plan;

import dev.sealift.abi.Pages;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * A Secure Processor as a plan sees it: one command at a time, each of one page.
 *
 * @param latency time a command, 0 to 1 s
 * @param bytesPerSecond how fast guest data goes through it, at least 1; empty: in no time
 */
public record ProcessorModel(Duration latency, OptionalLong bytesPerSecond) {
  public ProcessorModel {
    if (latency.isNegative() || latency.compareTo(Duration.ofSeconds(1)) > 0) {
      throw new IllegalArgumentException("the latency of a command is 0 to 1 s: " + latency);
    }
    if (bytesPerSecond.isPresent() && bytesPerSecond.getAsLong() < 1) {
      throw new IllegalArgumentException(
          "the bandwidth of a processor is at least 1 byte a second: "
              + bytesPerSecond.getAsLong());
    }
  }

  /** SEND_UPDATE_DATA or RECEIVE_UPDATE_DATA of a page. */
  double secondsAPage() {
    double moving = bytesPerSecond.isEmpty() ? 0 : (double) Pages.SIZE / bytesPerSecond.getAsLong();
    return latency.toNanos() / 1e9 + moving;
  }
}
