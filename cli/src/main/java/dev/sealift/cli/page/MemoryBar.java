package dev.sealift.cli.page;

import dev.sealift.cli.MemorySize;

/** How much of a host's room its guests have, as a bar with the numbers below it. */
final class MemoryBar {
  private static final String HEIGHT = "8";

  private MemoryBar() {}

  /** The bar. */
  static void write(Html html, long used, long room) {
    double part = room > 0 ? used / (double) room : 1;
    html.open("svg", "class", "memory", "width", "100%", "height", HEIGHT, "aria-hidden", "true")
        .empty("rect", "width", "100%", "height", HEIGHT, "class", "back")
        .empty(
            "rect",
            "width",
            Figures.part(Math.min(part, 1)),
            "height",
            HEIGHT,
            "class",
            part > 1 ? "full" : "used")
        .close();
    html.leaf(
        "span",
        (used == 0 ? "0" : new MemorySize(used).toString())
            + " of "
            + new MemorySize(room)
            + ", "
            + Figures.percent(Math.round(100 * part)));
  }
}
