package dev.sealift.cli.explain;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What answers usually mean, from {@code answers.txt}. */
final class AnswerTable {
  private final Map<String, Row> rows = new LinkedHashMap<>();

  private AnswerTable() {}

  /**
   * An answer.
   *
   * @param means what it is; empty where it says so itself
   * @param reasons why commands give it, for answers that the interface table does not know
   */
  record Row(String means, String cause, List<Reason> reasons, String next) {

    /** The reasons of one command, by its name in the kernel without prefix. */
    List<String> of(String command) {
      return reasons.stream()
          .filter(reason -> reason.commands().contains(command))
          .map(Reason::words)
          .toList();
    }
  }

  /** Why some commands answer so. */
  record Reason(Set<String> commands, String words) {}

  private static final class Loaded {
    private static final AnswerTable TABLE = read();
  }

  static AnswerTable load() {
    return Loaded.TABLE;
  }

  private static AnswerTable read() {
    AnswerTable table = new AnswerTable();
    String key = "";
    Row row = null;
    for (String line : Resources.lines("answers.txt")) {
      String[] words = line.split(" +", 2);
      if (row == null || !isPart(words[0])) {
        key = words[0] + " " + words[1];
        row = new Row("", "", List.of(), "");
      } else {
        row = with(row, words[0], words[1]);
      }
      table.rows.put(key, row);
    }
    return table;
  }

  private static boolean isPart(String word) {
    return Set.of("means", "cause", "when", "next").contains(word);
  }

  private static Row with(Row row, String part, String words) {
    return switch (part) {
      case "means" -> new Row(words, row.cause(), row.reasons(), row.next());
      case "cause" -> new Row(row.means(), words, row.reasons(), row.next());
      case "next" -> new Row(row.means(), row.cause(), row.reasons(), words);
      default -> {
        String[] halves = words.split(": ", 2);
        List<Reason> reasons = new ArrayList<>(row.reasons());
        reasons.add(new Reason(Set.copyOf(Arrays.asList(halves[0].split(", ", -1))), halves[1]));
        yield new Row(row.means(), row.cause(), List.copyOf(reasons), row.next());
      }
    };
  }

  /** A row; null where there is none. */
  @Nullable Row find(String kind, String name) {
    return rows.get(kind + " " + name);
  }

  /** All keys, kind and name. */
  Set<String> keys() {
    return rows.keySet();
  }
}
