package dev.sealift.cli.fleet;

import dev.sealift.cli.DataRate;
import dev.sealift.fleet.JobPolicy;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** How the guests of a job are moved, in the words of a {@link PolicyFile}. */
final class PolicyWords {
  private PolicyWords() {}

  /** Each property that bounds something, with its value. */
  static Map<String, String> of(JobPolicy policy) {
    Map<String, String> words = new LinkedHashMap<>();
    words.put("parallel", Integer.toString(policy.parallel()));
    words.put("per-host", Integer.toString(policy.perHost()));
    words.put("per-link", Integer.toString(policy.perLink()));
    words.put("order", FleetStatuses.word(policy.order()));
    words.put("attempts", Integer.toString(policy.attempts()));
    words.put("downtime", policy.downtimeMillis() + "ms");
    if (policy.bytesPerSecond() > 0) {
      words.put("bandwidth", new DataRate(policy.bytesPerSecond()).toString());
    }
    words.put("headroom", Integer.toString(policy.headroomPercent()));
    if (!policy.apart().isEmpty()) {
      words.put("apart", policy.apart());
    }
    if (!policy.labels().isEmpty()) {
      words.put(
          "labels",
          new TreeMap<>(policy.labels())
              .entrySet().stream()
                  .map(label -> label.getKey() + "=" + label.getValue())
                  .collect(Collectors.joining(", ")));
    }
    if (!policy.generations().isEmpty()) {
      words.put("generations", String.join(", ", policy.generations()));
    }
    if (policy.apiMajor() + policy.apiMinor() > 0) {
      words.put("api", policy.apiMajor() + "." + policy.apiMinor());
    }
    if (policy.sameOwner()) {
      words.put("same-owner", "true");
    }
    return words;
  }
}
