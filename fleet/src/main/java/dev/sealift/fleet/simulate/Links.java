package dev.sealift.fleet.simulate;

import java.util.HashMap;
import java.util.Map;

/** Which hosts do not reach each other. */
final class Links {
  /** How often each pair is broken: two faults may overlap. */
  private final Map<String, Integer> broken = new HashMap<>();

  boolean isUp(String one, String other) {
    return !broken.containsKey(pair(one, other));
  }

  void breaks(String one, String other) {
    broken.merge(pair(one, other), 1, Integer::sum);
  }

  void mends(String one, String other) {
    broken.computeIfPresent(pair(one, other), (_, times) -> times == 1 ? null : times - 1);
  }

  private static String pair(String one, String other) {
    return one.compareTo(other) < 0 ? one + " " + other : other + " " + one;
  }
}
