package dev.sealift.cli;

/** Words for people, line by line: what is said of something stands in a column beside its name. */
public final class Lines {
  private final int column;
  private final StringBuilder text = new StringBuilder();

  /**
   * No lines yet.
   *
   * @param column where words begin, in characters from the left
   */
  public Lines(int column) {
    this.column = column;
  }

  /** A name and what is said of it. */
  public Lines line(String name, Object words) {
    return sentence(
        (name + " ".repeat(Math.max(1, column - name.length())) + words).stripTrailing());
  }

  /** A line that has nothing in the column. */
  public Lines sentence(String sentence) {
    text.append(sentence).append(System.lineSeparator());
    return this;
  }

  /** An empty line. */
  public Lines blank() {
    return sentence("");
  }

  /** All lines, each with its end. */
  @Override
  public String toString() {
    return text.toString();
  }
}
