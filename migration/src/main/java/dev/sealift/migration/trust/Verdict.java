package dev.sealift.migration.trust;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What came of holding something against a list of rules: every rule is tried, also where an
 * earlier one is broken.
 *
 * @param rules each with its finding, in the order of trying
 */
public record Verdict(List<Rule> rules) {

  public Verdict {
    rules = List.copyOf(rules);
  }

  /**
   * One rule and what was found.
   *
   * @param name a word that names the rule
   * @param holds whether it is kept
   * @param finding what was found, as a sentence without a full stop
   */
  public record Rule(String name, boolean holds, String finding) {

    /** {@code api: kept, ...} or {@code api: BROKEN, ...}. */
    @Override
    public String toString() {
      return name + ": " + (holds ? "kept, " : "BROKEN, ") + finding;
    }
  }

  /** Whether every rule is kept. */
  public boolean holds() {
    return rules.stream().allMatch(Rule::holds);
  }

  /** Whether the rule of this name is kept; a rule that is not on the list is. */
  public boolean keeps(String name) {
    return rules.stream().noneMatch(rule -> rule.name().equals(name) && !rule.holds());
  }

  /** What was found of all broken rules, in one sentence without a full stop; else empty. */
  public String faults() {
    return rules.stream()
        .filter(rule -> !rule.holds())
        .map(Rule::finding)
        .collect(Collectors.joining("; "));
  }
}
