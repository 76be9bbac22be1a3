package dev.sealift.cli.reference;

import java.util.ArrayList;
import java.util.List;

/** Text of at most 100 columns. */
public final class Page {
  static final int WIDTH = 100;

  private final StringBuilder text = new StringBuilder();

  public Page line(String words) {
    return hanging("", words);
  }

  /** A line that has its form already. */
  public Page row(String line) {
    text.append(line.stripTrailing()).append(System.lineSeparator());
    return this;
  }

  public Page blank() {
    text.append(System.lineSeparator());
    return this;
  }

  /** A label, and words beside it that go on below themselves. */
  public Page hanging(String label, String words) {
    return hanging(label, words, WIDTH - label.length(), "");
  }

  /**
   * A label, words in a column beside it, and more words behind the column on its first line.
   *
   * @param column the width of the words
   */
  public Page hanging(String label, String words, int column, String behind) {
    String margin = " ".repeat(label.length());
    String first = label;
    String last = behind;
    for (String line : wrap(words, column)) {
      String padded = last.isEmpty() ? line : line + " ".repeat(column - line.length()) + last;
      text.append((first + padded).stripTrailing()).append(System.lineSeparator());
      first = margin;
      last = "";
    }
    return this;
  }

  /** Lines of whole words; a word that is longer than a line has one of its own. */
  static List<String> wrap(String words, int width) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : words.split(" ", -1)) {
      if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
