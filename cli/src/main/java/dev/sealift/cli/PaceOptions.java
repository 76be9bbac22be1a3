package dev.sealift.cli;

import dev.sealift.firmware.ProcessorPace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How fast the Secure Processors of software hosts shall be: options of several commands. */
public final class PaceOptions {
  private static final String LATENCY = "--psp-latency";
  private static final String BANDWIDTH = "--psp-bandwidth";

  @Option(
      names = LATENCY,
      paramLabel = "TIME",
      description =
          "The least time that each command of the Secure Processors takes, for example 40us;"
              + " at most 1s.")
  private @Nullable TimeSpan latency;

  @Option(
      names = BANDWIDTH,
      paramLabel = "RATE",
      description =
          "How fast guest data goes through the Secure Processors at most, for example 200MB"
              + " (a second).")
  private @Nullable DataRate bandwidth;

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec spec;

  /** The pace that is asked for; unpaced where none is. */
  public ProcessorPace pace() {
    try {
      return new ProcessorPace(
          latency == null ? Duration.ZERO : latency.duration(),
          bandwidth == null ? OptionalLong.empty() : OptionalLong.of(bandwidth.bytesPerSecond()));
    } catch (IllegalArgumentException rule) {
      throw new ParameterException(
          Objects.requireNonNull(spec, "picocli sets it").commandLine(),
          LATENCY + ", " + BANDWIDTH + ": " + rule.getMessage(),
          rule);
    }
  }

  /** The options that ask for a pace. */
  public static List<String> of(ProcessorPace pace) {
    List<String> options = new ArrayList<>();
    if (pace.latency().isPositive()) {
      options.addAll(List.of(LATENCY, new TimeSpan(pace.latency()).toString()));
    }
    pace.bytesPerSecond()
        .ifPresent(rate -> options.addAll(List.of(BANDWIDTH, new DataRate(rate).toString())));
    return options;
  }
}
