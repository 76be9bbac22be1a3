package dev.sealift.migration;

import dev.sealift.migration.Ferry.Crossed;
import dev.sealift.migration.Ferry.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What came of each fault at each kind of place. */
final class LinkTable {
  private final Map<LinkFault, Map<LinkFrame.Kind, Map<Outcome, Integer>>> cells =
      new EnumMap<>(LinkFault.class);
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
    cells
        .computeIfAbsent(fault, row -> new EnumMap<>(LinkFrame.Kind.class))
        .computeIfAbsent(kind, cell -> new EnumMap<>(Outcome.class))
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

  /** In Markdown: a row for each fault, a column for each kind of place. */
  @Override
  public synchronized String toString() {
    var text = new StringBuilder("| fault |");
    for (LinkFrame.Kind kind : LinkFrame.Kind.values()) {
      text.append(' ').append(kind.words).append(" |");
    }
    text.append("\n|---|").append("---|".repeat(LinkFrame.Kind.values().length)).append('\n');
    cells.forEach((fault, row) -> {
      text.append("| ").append(fault.words).append(" |");
      for (LinkFrame.Kind kind : LinkFrame.Kind.values()) {
        text.append(' ').append(words(row.getOrDefault(kind, Map.of()))).append(" |");
      }
      text.append('\n');
    });
    return text.append(
            "%n%d runs: %s. %d did not reach the place. The longest move took %d ms.%n"
                .formatted(runs, words(sums), unreached, longest.toMillis()))
        .toString();
  }

  private static String words(Map<Outcome, Integer> counts) {
    return counts.entrySet().stream()
        .map(outcome -> outcome.getValue() + " " + outcome.getKey().words)
        .collect(Collectors.joining(", "));
  }
}
