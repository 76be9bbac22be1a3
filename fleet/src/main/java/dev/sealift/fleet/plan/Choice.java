package dev.sealift.fleet.plan;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Where a guest is to go. */
public sealed interface Choice {

  /**
   * There.
   *
   * @param host the name of the best host
   */
  record To(String host) implements Choice {}

  /**
   * No host takes it now.
   *
   * @param refusals of each host, in the order of their names
   */
  record Nowhere(List<Refusal> refusals) implements Choice {
    public Nowhere {
      refusals = List.copyOf(refusals);
    }

    /** Whether a host would take it if fewer moves were under way. */
    public boolean isMatterOfTime() {
      return refusals.stream().anyMatch(refusal -> refusal.obstacle() == Obstacle.BUSY);
    }

    /** In a sentence; it stays short, however many hosts there are. */
    public String sentence() {
      if (refusals.isEmpty()) {
        return "no host can take it: there is no other";
      }
      if (refusals.size() == 1) {
        return "no host can take it: " + refusals.getFirst().reason();
      }
      Map<Obstacle, Integer> counts = new EnumMap<>(Obstacle.class);
      refusals.forEach(refusal -> counts.merge(refusal.obstacle(), 1, Integer::sum));
      return counts.entrySet().stream()
          .map(count -> count.getValue() + " " + count.getKey().words())
          .collect(Collectors.joining(", ", "no host can take it: of the hosts, ", ""));
    }
  }
}
