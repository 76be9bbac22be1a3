package dev.sealift.cli.page;

/** The colour of something in a drawing, beside its name. */
final class Swatch {
  private Swatch() {}

  /** An entry of a legend. */
  static void item(Html html, String kind, String words) {
    html.open("li");
    write(html, kind);
    html.text(words).close();
  }

  /** The colour alone; it says nothing to who does not see it. */
  static void write(Html html, String kind) {
    html.open("svg", "class", "swatch", "width", "18", "height", "12", "aria-hidden", "true");
    if (kind.equals("left") || kind.equals("target")) {
      html.empty("line", "x1", "0", "x2", "18", "y1", "6", "y2", "6", "class", kind);
    } else {
      html.empty("rect", "width", "18", "height", "12", "rx", "2", "class", kind);
    }
    html.close();
  }
}
