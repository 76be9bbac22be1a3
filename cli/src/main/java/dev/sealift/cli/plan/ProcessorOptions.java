package dev.sealift.cli.plan;

import dev.sealift.cli.DataRate;
import dev.sealift.cli.TimeSpan;
import dev.sealift.migration.plan.ProcessorModel;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which Secure Processors a move is planned for. */
final class ProcessorOptions {
  @Option(
      names = "--psp",
      paramLabel = "assumed|software",
      defaultValue = "assumed",
      description = {
        "What --psp-latency and --psp-bandwidth are unless given:"
            + " 100us and 200MB, a guess; or 1us and 1400MB, as"
            + " measured of the one in software (${DEFAULT-VALUE})."
      })
  private ProcessorPreset preset = ProcessorPreset.ASSUMED;

  @Option(
      names = "--psp-latency",
      paramLabel = "TIME",
      description = "What each command of the Secure Processor costs.")
  private @Nullable TimeSpan latency;

  @Option(
      names = "--psp-bandwidth",
      paramLabel = "RATE",
      description = "How fast data goes through the Secure Processor.")
  private @Nullable DataRate bandwidth;

  @Option(
      names = "--destination-psp-latency",
      paramLabel = "TIME",
      description = "Where the destination's is another.")
  private @Nullable TimeSpan destinationLatency;

  @Option(
      names = "--destination-psp-bandwidth",
      paramLabel = "RATE",
      description = "Where the destination's is another.")
  private @Nullable DataRate destinationBandwidth;

  ProcessorModel source() {
    return model(latency, bandwidth);
  }

  ProcessorModel destination() {
    return model(
        destinationLatency == null ? latency : destinationLatency,
        destinationBandwidth == null ? bandwidth : destinationBandwidth);
  }

  private ProcessorModel model(@Nullable TimeSpan time, @Nullable DataRate rate) {
    return new ProcessorModel(
        time == null ? preset.latency() : time.duration(),
        OptionalLong.of(rate == null ? preset.bytesPerSecond() : rate.bytesPerSecond()));
  }

  /** Where the figures come from: what was not said is the preset's. */
  String origin() {
    boolean allSaid = latency != null && bandwidth != null;
    return allSaid ? "as given" : preset.meaning();
  }
}
