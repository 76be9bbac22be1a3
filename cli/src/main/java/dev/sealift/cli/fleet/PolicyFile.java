package dev.sealift.cli.fleet;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.DataRate;
import dev.sealift.cli.Failure;
import dev.sealift.cli.InputFile;
import dev.sealift.cli.TimeSpan;
import dev.sealift.crypto.ApiVersion;
import dev.sealift.fleet.JobPolicy;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import picocli.CommandLine.TypeConversionException;

/**
 * How the guests of a job are moved, as people write it down: a file of properties, each with a
 * default. docs/fleet.md has them all.
 */
final class PolicyFile {
  private static final int MOST_BYTES = 1 << 16;
  private static final Set<String> KEYS =
      Set.of(
          "parallel",
          "per-host",
          "per-link",
          "order",
          "attempts",
          "downtime",
          "bandwidth",
          "headroom",
          "apart",
          "labels",
          "generations",
          "api",
          "same-owner");

  private final Path file;
  private final Properties properties = new Properties();

  private PolicyFile(Path file) {
    this.file = file;
  }

  /**
   * Reads a policy; what it does not say is as in {@link JobPolicy#DEFAULT}.
   *
   * @throws BadInput if it cannot be read, or says what cannot be
   */
  static JobPolicy read(Path file) throws BadInput {
    var policy = new PolicyFile(file);
    byte[] bytes = InputFile.read(file, "a policy of moves", MOST_BYTES);
    try {
      policy.properties.load(new StringReader(new String(bytes, StandardCharsets.UTF_8)));
    } catch (IOException | IllegalArgumentException malformed) {
      throw new BadInput(
          "%s is no file of properties: %s.".formatted(file, Failure.sentence(malformed)),
          malformed);
    }
    return policy.policy();
  }

  private JobPolicy policy() throws BadInput {
    Set<String> unknown = new TreeSet<>(properties.stringPropertyNames());
    unknown.removeAll(KEYS);
    if (!unknown.isEmpty()) {
      throw new BadInput(
          "%s says '%s', which no policy has; it may say %s."
              .formatted(file, unknown.iterator().next(), String.join(", ", new TreeSet<>(KEYS))));
    }
    JobPolicy otherwise = JobPolicy.DEFAULT;
    ApiVersion api = api(new ApiVersion(otherwise.apiMajor(), otherwise.apiMinor()));
    return new JobPolicy(
        number("parallel", otherwise.parallel(), 1, 2048),
        number("per-host", otherwise.perHost(), 1, 64),
        number("per-link", otherwise.perLink(), 1, 64),
        order(otherwise.order()),
        number("attempts", otherwise.attempts(), 1, 100),
        downtime(otherwise.downtimeMillis()),
        bandwidth(otherwise.bytesPerSecond()),
        number("headroom", otherwise.headroomPercent(), 0, 99),
        properties.getProperty("apart", otherwise.apart()).strip(),
        labels(),
        words("generations"),
        api.major(),
        api.minor(),
        sameOwner(otherwise.sameOwner()));
  }

  private BadInput bad(String key, String right) {
    return new BadInput(
        "%s says %s = %s, but %s.".formatted(file, key, properties.getProperty(key), right));
  }

  private int number(String key, int otherwise, int least, int most) throws BadInput {
    String text = properties.getProperty(key);
    if (text == null) {
      return otherwise;
    }
    try {
      int number = Integer.parseInt(text.strip());
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException notANumber) {
      // What would be right is said below.
    }
    throw bad(key, "it is a whole number from %d to %d".formatted(least, most));
  }

  private JobPolicy.Order order(JobPolicy.Order otherwise) throws BadInput {
    String text = properties.getProperty("order");
    if (text == null) {
      return otherwise;
    }
    return Arrays.stream(JobPolicy.Order.values())
        .filter(
            order -> order.name().toLowerCase(Locale.ROOT).replace('_', '-').equals(text.strip()))
        .findFirst()
        .orElseThrow(() -> bad("order", "it is longest-first or longest-last"));
  }

  private long downtime(long otherwise) throws BadInput {
    String text = properties.getProperty("downtime");
    if (text == null) {
      return otherwise;
    }
    try {
      long millis = TimeSpan.parse(text).duration().toMillis();
      if (millis >= 1 && millis <= 3_600_000) {
        return millis;
      }
    } catch (TypeConversionException notATime) {
      // What would be right is said below.
    }
    throw bad("downtime", "it is a time from 1ms to 3600s, such as 300ms");
  }

  private long bandwidth(long otherwise) throws BadInput {
    String text = properties.getProperty("bandwidth");
    if (text == null) {
      return otherwise;
    }
    try {
      long rate = DataRate.parse(text).bytesPerSecond();
      if (rate >= 1 << 20) {
        return rate;
      }
    } catch (TypeConversionException notARate) {
      // What would be right is said below.
    }
    throw bad("bandwidth", "it is a rate of at least 1MiB a second, such as 1GB or 10Gbit");
  }

  private ApiVersion api(ApiVersion otherwise) throws BadInput {
    String text = properties.getProperty("api");
    if (text == null) {
      return otherwise;
    }
    String[] numbers = text.strip().split("\\.", -1);
    try {
      if (numbers.length == 2) {
        return new ApiVersion(Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1]));
      }
    } catch (IllegalArgumentException noVersion) {
      // What would be right is said below.
    }
    throw bad("api", "it is a version such as 1.55");
  }

  private boolean sameOwner(boolean otherwise) throws BadInput {
    String text = properties.getProperty("same-owner");
    if (text == null) {
      return otherwise;
    }
    return switch (text.strip()) {
      case "true" -> true;
      case "false" -> false;
      default -> throw bad("same-owner", "it is true or false");
    };
  }

  private Map<String, String> labels() throws BadInput {
    Map<String, String> labels = new TreeMap<>();
    for (String word : words("labels")) {
      String[] parts = word.split("=", -1);
      if (parts.length != 2 || parts[0].isBlank() || parts[1].isBlank()) {
        throw bad("labels", "they are written as zone=a, tier=gold");
      }
      labels.put(parts[0].strip(), parts[1].strip());
    }
    return labels;
  }

  private List<String> words(String key) {
    return Arrays.stream(properties.getProperty(key, "").split(",", -1))
        .map(String::strip)
        .filter(word -> !word.isEmpty())
        .toList();
  }
}
