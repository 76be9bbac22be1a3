package dev.sealift.cli.page;

import dev.sealift.cli.view.DowntimeView;
import java.util.List;

/** How long a guest stood still, as one bar of its parts, and the parts as the table below it. */
final class DowntimeBar {
  private static final String HEIGHT = "26";

  private DowntimeBar() {}

  /**
   * A part of the downtime.
   *
   * @param name what it is called wherever it is printed, and its colour
   * @param meaning what the guest waited for
   * @param millis how long
   */
  record Part(String name, String meaning, double millis) {}

  /** The parts in their order in time. */
  static List<Part> parts(DowntimeView downtime) {
    return List.of(
        new Part("pause", "until the vCPU stood still", downtime.pause()),
        new Part("lastRound", "until the destination had the last pages", downtime.lastRound()),
        new Part("state", "until page status and vCPU state were sent", downtime.state()),
        new Part("prepare", "until the destination said PREPARED", downtime.prepare()),
        new Part("finish", "until SEND_FINISH was done and written down", downtime.finish()),
        new Part("commit", "until the destination said RUNNING", downtime.commit()));
  }

  /** Bar and table. */
  static void write(Html html, DowntimeView downtime) {
    List<Part> parts = parts(downtime);
    double whole = parts.stream().mapToDouble(part -> Math.max(0, part.millis())).sum();
    html.open("figure", "class", "downtime");
    html.leaf("h4", "Downtime in parts");
    html.open(
        "svg",
        "width",
        "100%",
        "height",
        HEIGHT,
        "role",
        "img",
        "aria-label",
        "The guest stood still for "
            + Figures.millis(downtime.total())
            + "; the table below has its parts.");
    double left = 0;
    for (Part part : parts) {
      double width = whole > 0 ? Math.max(0, part.millis()) / whole : 0;
      html.open(
              "rect",
              "x",
              Figures.part(left),
              "y",
              "0",
              "width",
              Figures.part(width),
              "height",
              HEIGHT,
              "class",
              "part " + part.name())
          .leaf("title", part.name() + ": " + Figures.millis(part.millis()))
          .close();
      left += width;
    }
    html.close();
    table(html, downtime, parts, whole);
    html.close();
  }

  private static void table(Html html, DowntimeView downtime, List<Part> parts, double whole) {
    html.open("table", "class", "parts")
        .leaf("caption", "Parts of the downtime", "class", "unseen")
        .open("thead", "class", "unseen")
        .open("tr")
        .leaf("th", "Part", "scope", "col")
        .leaf("th", "Time", "scope", "col")
        .leaf("th", "Share", "scope", "col")
        .leaf("th", "What the guest waited for", "scope", "col")
        .close()
        .close()
        .open("tbody");
    for (Part part : parts) {
      html.open("tr").open("th", "scope", "row");
      Swatch.write(html, part.name());
      html.text(part.name()).close();
      html.leaf("td", Figures.millis(part.millis()));
      html.leaf("td", Figures.share(part.millis(), whole));
      html.leaf("td", part.meaning(), "class", "words").close();
    }
    html.close()
        .open("tfoot")
        .open("tr")
        .leaf("th", "in all", "scope", "row")
        .leaf("td", Figures.millis(downtime.total()))
        .leaf("td", "")
        .leaf("td", "the guest stood still", "class", "words")
        .close()
        .close()
        .close();
  }
}
