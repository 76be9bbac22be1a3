package dev.sealift.cli.platform;

import java.util.Locale;

/** An answer for people: what is said of something stands in a column beside its name. */
final class Lines {
  private final StringBuilder text = new StringBuilder();

  Lines(Speaker speaker) {
    line("platform", speaker.words());
  }

  /** A name and what is said of it. */
  Lines line(String name, Object words) {
    text.append(String.format(Locale.ROOT, "%-10s%s%n", name, words));
    return this;
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
