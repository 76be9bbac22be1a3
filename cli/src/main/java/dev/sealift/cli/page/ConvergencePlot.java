package dev.sealift.cli.page;

import dev.sealift.cli.view.LimitsView;
import dev.sealift.cli.view.MoveView;
import dev.sealift.cli.view.RoundView;
import java.util.ArrayList;
import java.util.List;

/**
 * How a move converges, round by round: what was left to send, what was sent, what the guest
 * dirtied meanwhile, and how much of it fits the downtime target. Widths are parts of whatever
 * width there is and heights are pixels, so that texts keep their size on a narrow screen.
 */
final class ConvergencePlot {
  private static final double HEIGHT = 200;
  private static final double STRIP = 30;
  private static final double AXIS = 22;

  /** More labels than this under the rounds would meet on a narrow screen. */
  private static final int LABELS = 11;

  /** What the page shows of a move of very many rounds: the last ones. */
  static final int ROUNDS = 240;

  /** Fewer rounds than this leave room at the right, and a move under way grows into it. */
  private static final int SLOTS = 8;

  private final MoveView move;
  private final List<Band> bands;
  private final double width;
  private final LogScale scale;

  private ConvergencePlot(MoveView move, List<Band> bands) {
    this.move = move;
    this.bands = bands;
    this.width = 1.0 / Math.max(SLOTS, bands.size());
    List<Double> values = new ArrayList<>();
    for (Band band : bands) {
      values.addAll(
          List.of((double) band.left(), (double) band.sent(), band.dirtied(), band.fits()));
    }
    this.scale = LogScale.over(values, HEIGHT);
  }

  /** The plot with its legend, and all rounds as a table; nothing where there is no round. */
  static void write(Html html, MoveView move, Form form) {
    List<Band> all = Band.of(move);
    if (all.isEmpty()) {
      return;
    }
    List<Band> bands = all.subList(Math.max(0, all.size() - ROUNDS), all.size());
    new ConvergencePlot(move, bands).write(html, form);
  }

  private void write(Html html, Form form) {
    String key = Anchors.of(move.id());
    html.open("figure", "class", "plot");
    html.leaf("h4", "Convergence");
    boolean throttled = bands.stream().anyMatch(band -> band.throttle() > 0);
    double height = HEIGHT + AXIS + (throttled ? STRIP + 8 : 0);
    html.open("div", "class", "canvas")
        .open(
            "svg",
            "width",
            "100%",
            "height",
            Figures.svg(height),
            "role",
            "img",
            "aria-label",
            summary(),
            "class",
            "convergence");
    grid(html);
    for (int i = 0; i < bands.size(); i++) {
      band(html, i, throttled);
    }
    lines(html);
    roundNumbers(html);
    if (throttled) {
      html.leaf("text", "slowed", "x", "-8", "y", Figures.svg(height - 2), "class", "tick end");
    }
    html.close().close();
    legend(html);
    table(html, form, key);
    html.close();
  }

  /** The plot in a sentence, for who does not see it. */
  private String summary() {
    Band first = bands.getFirst();
    Band last = bands.getLast();
    return bands.size()
        + (bands.size() == 1 ? " round. Left to send: " : " rounds. Left to send: ")
        + Figures.count(first.left())
        + " pages when round "
        + first.round()
        + " began, "
        + Figures.count(last.left())
        + " when round "
        + last.round()
        + " began. The same numbers are in the table below.";
  }

  private void grid(Html html) {
    for (long tick : scale.ticks()) {
      String y = Figures.svg(scale.y((double) tick));
      html.empty("line", "x1", "0", "x2", "100%", "y1", y, "y2", y, "class", "grid");
      html.leaf("text", tickLabel(tick), "x", "-8", "y", y, "dy", "4", "class", "tick end");
    }
  }

  private static String tickLabel(long tick) {
    if (tick >= 1_000_000) {
      return tick / 1_000_000 + "M";
    }
    return tick >= 1000 ? tick / 1000 + "k" : Long.toString(tick);
  }

  private void band(Html html, int index, boolean throttled) {
    Band band = bands.get(index);
    double left = index * width;
    html.open("g", "class", band.live() ? "band live" : band.paused() ? "band paused" : "band");
    html.leaf("title", words(band));
    html.empty(
        "rect",
        "x",
        Figures.part(left),
        "y",
        "0",
        "width",
        Figures.part(width),
        "height",
        Figures.svg(HEIGHT),
        "class",
        "back");
    bar(html, "sent", left + 0.22 * width, 0.26 * width, (double) band.sent());
    bar(
        html,
        band.live() ? "dirtied predicted" : "dirtied",
        left + 0.52 * width,
        0.26 * width,
        band.dirtied());
    if (band.paused()) {
      html.leaf(
          "text", "paused", "x", Figures.part(left + width / 2), "y", "14", "class", "tick middle");
    }
    if (throttled) {
      double tall = STRIP * Math.clamp(band.throttle(), 0, 100) / 100.0;
      html.empty(
          "rect",
          "x",
          Figures.part(left + 0.22 * width),
          "y",
          Figures.svg(HEIGHT + AXIS + 8 + STRIP - tall),
          "width",
          Figures.part(0.56 * width),
          "height",
          Figures.svg(tall),
          "class",
          "throttle");
    }
    html.close();
  }

  private void bar(Html html, String kind, double left, double width, double pages) {
    double y = scale.y(pages);
    if (y >= HEIGHT) {
      return;
    }
    html.empty(
        "rect",
        "x",
        Figures.part(left),
        "y",
        Figures.svg(y),
        "width",
        Figures.part(width),
        "height",
        Figures.svg(HEIGHT - y),
        "class",
        kind);
  }

  private void lines(Html html) {
    for (int i = 0; i < bands.size(); i++) {
      Band band = bands.get(i);
      if (band.fits() > 0) {
        line(
            html, "target", i * width, scale.y(band.fits()), (i + 1) * width, scale.y(band.fits()));
      }
    }
    for (int i = 0; i < bands.size(); i++) {
      Band band = bands.get(i);
      // Nothing is left after the last round, and a logarithmic scale has no place for nothing.
      if (band.dirtied() >= 0 && !band.paused()) {
        line(
            html,
            band.live() ? "left predicted" : "left",
            i * width,
            scale.y((double) band.left()),
            (i + 1) * width,
            scale.y(band.dirtied()));
      }
    }
    for (int i = 0; i < bands.size(); i++) {
      html.empty(
          "circle",
          "cx",
          Figures.part(i * width),
          "cy",
          Figures.svg(scale.y((double) bands.get(i).left())),
          "r",
          bands.size() > 60 ? "1.5" : "3.5",
          "class",
          "left");
    }
  }

  private static void line(Html html, String kind, double x1, double y1, double x2, double y2) {
    html.empty(
        "line",
        "x1",
        Figures.part(x1),
        "y1",
        Figures.svg(y1),
        "x2",
        Figures.part(x2),
        "y2",
        Figures.svg(y2),
        "class",
        kind);
  }

  private void roundNumbers(Html html) {
    int step = Math.ceilDiv(bands.size(), LABELS);
    for (int i = 0; i < bands.size(); i += step) {
      html.leaf(
          "text",
          Integer.toString(bands.get(i).round()),
          "x",
          Figures.part((i + 0.5) * width),
          "y",
          Figures.svg(HEIGHT + 18),
          "class",
          "tick middle");
    }
    html.leaf("text", "round", "x", "-8", "y", Figures.svg(HEIGHT + 18), "class", "tick end");
  }

  private void legend(Html html) {
    LimitsView limits = move.limits();
    html.open("figcaption").open("ul", "class", "legend");
    Swatch.item(html, "left", "left to send when a round began");
    Swatch.item(html, "sent", "sent in it");
    Swatch.item(html, "dirtied", "dirtied meanwhile, to be sent again");
    if (limits != null && bands.stream().anyMatch(band -> band.fits() > 0)) {
      Swatch.item(
          html, "target", "what fits the target of " + Figures.millis(limits.downtimeMillis()));
    }
    if (bands.stream().anyMatch(band -> band.throttle() > 0)) {
      Swatch.item(html, "throttle", "how much the guest was slowed down");
    }
    html.close();
    html.leaf("p", "Pages of 4 KiB, on a logarithmic scale.", "class", "quiet");
    html.close();
  }

  private String words(Band band) {
    StringBuilder words = new StringBuilder();
    words.append("Round ").append(band.round()).append(": ");
    words.append(Figures.count(band.sent())).append(" of ").append(Figures.count(band.left()));
    words.append(" pages sent");
    if (!band.live()) {
      words.append(" in ").append(Figures.millis(band.millis()));
      words.append(", ").append(Figures.count((long) band.dirtied())).append(" dirtied meanwhile");
    }
    if (band.throttle() > 0) {
      words.append(", the guest slowed by ").append(Figures.percent(band.throttle()));
    }
    return words.append(band.paused() ? ", the guest paused" : "").toString();
  }

  private void table(Html html, Form form, String key) {
    form.beginTable(html, "rounds-" + key, "Rounds as a table");
    Table table =
        new Table(
            html,
            "Rounds of the move",
            "Round",
            "Left to send",
            "Sent",
            "Private",
            "Shared",
            "On the wire",
            "Time",
            "Dirtied",
            "Slowed");
    int skipped = form == Form.PAGE ? Math.max(0, move.rounds().size() - ROUNDS) : 0;
    for (RoundView round : move.rounds().subList(skipped, move.rounds().size())) {
      table.row(
          Integer.toString(round.round()),
          Figures.count(round.pages()),
          Figures.count(round.privatePackets() + round.sharedPages()),
          Figures.count(round.privatePackets()),
          Figures.count(round.sharedPages()),
          Figures.bytes((double) round.bytes()),
          Figures.millis(round.millis()),
          Figures.count(round.dirtyAfter()),
          Figures.percent(round.throttle()));
    }
    table.end();
    if (skipped > 0) {
      html.leaf("p", "The report has the rounds before these, too.", "class", "quiet");
    }
    form.endTable(html);
  }
}
