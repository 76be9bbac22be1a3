package dev.sealift.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Words in columns, each as wide as its longest word. */
public final class Table {
  private static final String GAP = "  ";

  private final List<List<String>> rows = new ArrayList<>();

  private Table() {}

  /** A table with a line of heads and nothing else yet. */
  public static Table withHeads(String... heads) {
    var table = new Table();
    table.rows.add(List.of(heads));
    return table;
  }

  /** One more row, with a word for each head. */
  public void row(Object... words) {
    List<String> row = Arrays.stream(words).map(String::valueOf).toList();
    if (row.size() != rows.getFirst().size()) {
      throw new IllegalArgumentException("a row has a word for each head");
    }
    rows.add(row);
  }

  /** All rows, each with its end. */
  @Override
  public String toString() {
    int[] widths = new int[rows.getFirst().size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    var text = new StringBuilder();
    for (List<String> row : rows) {
      var line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length())).append(GAP);
      }
      text.append(line.toString().stripTrailing()).append(System.lineSeparator());
    }
    return text.toString();
  }
}
