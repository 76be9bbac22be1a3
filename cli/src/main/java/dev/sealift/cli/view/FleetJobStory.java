package dev.sealift.cli.view;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What became of a fleet's job, as who followed it saw it.
 *
 * @param registry of the fleet
 * @param policy how the guests were to be moved, in the words of a policy's file
 * @param job as it was last seen
 * @param began when it was made
 * @param seen when it was last looked at
 * @param before the fleet's hosts when it was made
 * @param after the fleet's hosts when it was last looked at
 * @param memory of each guest of the job, in bytes, by name
 * @param attempts in the order in which they were seen
 */
public record FleetJobStory(
    String registry,
    Map<String, String> policy,
    FleetJob job,
    Instant began,
    Instant seen,
    List<FleetHost> before,
    List<FleetHost> after,
    Map<String, Long> memory,
    List<FleetAttempt> attempts) {
  public FleetJobStory {
    policy = Collections.unmodifiableMap(new LinkedHashMap<>(policy));
    before = List.copyOf(before);
    after = List.copyOf(after);
    memory = Map.copyOf(memory);
    attempts = List.copyOf(attempts);
  }
}
