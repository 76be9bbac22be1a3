package dev.sealift.cli.host;

import com.sun.management.OperatingSystemMXBean;
import dev.sealift.cli.BadInput;
import dev.sealift.cli.DataRate;
import dev.sealift.cli.HostMachine;
import dev.sealift.cli.MemorySize;
import dev.sealift.cli.fleet.RegistryOptions;
import dev.sealift.fleet.Capacity;
import dev.sealift.fleet.registry.RegistrySettings;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Whether a host belongs to a fleet, and what it is to it. */
final class FleetOptions {
  private static final long USUAL_LINK = DataRate.parse("10Gbit").bytesPerSecond();
  private static final Pattern LABEL = Pattern.compile("[A-Za-z][A-Za-z0-9_-]{0,31}");
  private static final int LONGEST_VALUE = 64;

  @Mixin private RegistryOptions registry = new RegistryOptions();

  @Option(
      names = "--fleet",
      paramLabel = "KEY=VALUE",
      description =
          "What it is to the fleet: memory=64G, link=25Gbit, guests=no, lease=yes, and labels.")
  private Map<String, String> told = new LinkedHashMap<>();

  /**
   * What was asked for; null where the host belongs to no fleet.
   *
   * @throws BadInput if something of it is not what it should be
   */
  @Nullable FleetSettings settings() throws BadInput {
    RegistrySettings where = registry.settings().orElse(null);
    if (where == null) {
      if (!told.isEmpty()) {
        throw new BadInput("--fleet is for a host of a fleet: name its registry with --registry.");
      }
      return null;
    }
    Map<String, String> labels = new LinkedHashMap<>(told);
    String memory = labels.remove("memory");
    String link = labels.remove("link");
    boolean takes = yes("guests", labels.remove("guests"), true);
    boolean lease = yes("lease", labels.remove("lease"), false);
    for (Map.Entry<String, String> label : labels.entrySet()) {
      checkLabel(label.getKey(), label.getValue());
    }
    try {
      return new FleetSettings(
          where,
          new Capacity(
              memory == null ? halfOfTheMachine() : MemorySize.parse(memory).bytes(),
              HostMachine.SEV_GUESTS,
              HostMachine.ES_GUESTS),
          link == null ? USUAL_LINK : DataRate.parse(link).bytesPerSecond(),
          takes,
          lease,
          labels);
    } catch (TypeConversionException | IllegalArgumentException wrong) {
      throw new BadInput("--fleet: %s.".formatted(wrong.getMessage()), wrong);
    }
  }

  private static void checkLabel(String name, String value) throws BadInput {
    if (!LABEL.matcher(name).matches() || value.isEmpty() || value.length() > LONGEST_VALUE) {
      throw new BadInput(
          "--fleet %s=%s is no label: write a word of up to 32 letters, =, and 1 to %d characters, for example rack=r7."
              .formatted(name, value, LONGEST_VALUE));
    }
  }

  private static boolean yes(String key, @Nullable String word, boolean otherwise) throws BadInput {
    return switch (word) {
      case null -> otherwise;
      case "yes" -> true;
      case "no" -> false;
      default -> throw new BadInput("--fleet %s= is yes or no, not '%s'.".formatted(key, word));
    };
  }

  /** The other half is everything else's. */
  private static long halfOfTheMachine() {
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    return system.getTotalMemorySize() / 2;
  }
}
