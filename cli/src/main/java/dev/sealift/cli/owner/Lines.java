package dev.sealift.cli.owner;

/** Words for people: a label and what belongs to it, line by line. */
final class Lines {
  private static final int LABEL = 13;

  private final StringBuilder text = new StringBuilder();

  Lines line(String label, String words) {
    text.append((label + " ".repeat(Math.max(1, LABEL - label.length())) + words).stripTrailing())
        .append(System.lineSeparator());
    return this;
  }

  Lines blank() {
    text.append(System.lineSeparator());
    return this;
  }

  Lines sentence(String sentence) {
    text.append(sentence).append(System.lineSeparator());
    return this;
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
