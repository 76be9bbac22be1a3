package dev.sealift.migration;

import dev.sealift.migration.Ferry.Crossed;
import dev.sealift.migration.Ferry.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What came of each fault at each kind of place. */
final class LinkTable {
  private final Map<String, Map<Outcome, Integer>> rows = new TreeMap<>();
  private final Map<Outcome, Integer> sums = new EnumMap<>(Outcome.class);
  private final List<String> lost = new ArrayList<>();
  private int runs;
  private int unreached;
  private Duration longest = Duration.ZERO;

  synchronized void add(
      LinkFault fault, LinkFrame.Kind kind, LinkPlace place, boolean reached, Crossed crossed) {
    runs++;
    if (!reached) {
      unreached++;
    }
    rows.computeIfAbsent(
            "| %d | %s | %s |".formatted(fault.ordinal(), fault.words, kind.words),
            row -> new EnumMap<>(Outcome.class))
        .merge(crossed.outcome(), 1, Integer::sum);
    sums.merge(crossed.outcome(), 1, Integer::sum);
    if (crossed.outcome() == Outcome.LOST) {
      lost.add("%s at %s".formatted(fault, place));
    }
    if (crossed.took().compareTo(longest) > 0) {
      longest = crossed.took();
    }
  }

  synchronized int count(Outcome outcome) {
    return sums.getOrDefault(outcome, 0);
  }

  synchronized List<String> lost() {
    return List.copyOf(lost);
  }

  /** In Markdown. */
  @Override
  public synchronized String toString() {
    var text = new StringBuilder("| fault | at | runs |");
    for (Outcome outcome : Outcome.values()) {
      text.append(' ').append(outcome.words).append(" |");
    }
    text.append("\n|---|---|").append("---|".repeat(1 + Outcome.values().length)).append('\n');
    rows.forEach((row, counts) -> append(text, row.replaceFirst("^\\| \\d+ ", ""), counts));
    append(text, "| together | |", sums);
    return text.append(
            "%d runs, %d of which did not reach the place; the longest move took %d ms%n"
                .formatted(runs, unreached, longest.toMillis()))
        .toString();
  }

  private static void append(StringBuilder text, String row, Map<Outcome, Integer> counts) {
    text.append(row)
        .append(' ')
        .append(counts.values().stream().mapToInt(Integer::intValue).sum())
        .append(" |");
    for (Outcome outcome : Outcome.values()) {
      text.append(' ').append(counts.getOrDefault(outcome, 0)).append(" |");
    }
    text.append('\n');
  }
}
