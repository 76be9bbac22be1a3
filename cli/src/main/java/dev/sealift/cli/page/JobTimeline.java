package dev.sealift.cli.page;

import dev.sealift.cli.view.FleetAttempt;
import dev.sealift.cli.view.FleetJobStory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * When each guest of a job moved: a line for each guest, and on it a bar for each attempt. Widths
 * are parts of whatever width there is and heights are pixels, so that texts keep their size on a
 * narrow screen.
 */
final class JobTimeline {
  /** A drawing of more guests is one that nobody reads. */
  static final int GUESTS = 120;

  private static final int NAME = 15;
  private static final double ROW = 20;
  private static final double BAR = 12;
  private static final double AXIS = 24;
  private static final int TICKS = 4;

  /** Seconds between two ticks. */
  private static final long[] STEPS = {
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400
  };

  private final Html html;
  private final FleetJobStory story;
  private final double seconds;

  private JobTimeline(Html html, FleetJobStory story) {
    this.html = html;
    this.story = story;
    seconds = Math.max(1, seconds(story.seen()));
  }

  /** The drawing with its legend; nothing where nothing was ordered. */
  static void write(Html html, FleetJobStory story) {
    Map<String, List<FleetAttempt>> guests = new LinkedHashMap<>();
    for (FleetAttempt attempt : story.attempts()) {
      if (!attempt.to().isEmpty()) {
        guests.computeIfAbsent(attempt.guest(), guest -> new ArrayList<>()).add(attempt);
      }
    }
    if (!guests.isEmpty()) {
      new JobTimeline(html, story).write(guests);
    }
  }

  private void write(Map<String, List<FleetAttempt>> guests) {
    int rows = Math.min(GUESTS, guests.size());
    html.open("figure", "class", "timeline").leaf("h3", "Moves in time");
    html.open("div", "class", "canvas")
        .open(
            "svg",
            "width",
            "100%",
            "height",
            Figures.svg(rows * ROW + AXIS),
            "role",
            "img",
            "aria-label",
            "When each of %d guests moved; the table below has the same.".formatted(rows));
    ticks(rows * ROW);
    int row = 0;
    for (Map.Entry<String, List<FleetAttempt>> guest : guests.entrySet()) {
      if (row < rows) {
        row(row * ROW, guest.getKey(), guest.getValue());
      }
      row++;
    }
    html.close().close();
    html.open("ul", "class", "legend");
    legend("moved", "moved");
    legend("failed", "failed");
    legend("cancelled", "called off");
    legend("moving", "under way when last seen");
    html.close();
    if (rows < guests.size()) {
      html.leaf(
          "p",
          "The first %s of %s guests are drawn; the table below has all."
              .formatted(Figures.count(rows), Figures.count(guests.size())),
          "class",
          "more");
    }
    html.close();
  }

  private void legend(String outcome, String words) {
    if (story.attempts().stream().anyMatch(attempt -> attempt.outcome().equals(outcome))) {
      Swatch.item(html, outcome, words);
    }
  }

  private void ticks(double height) {
    long step = STEPS[STEPS.length - 1];
    for (int i = STEPS.length - 1; i >= 0; i--) {
      step = seconds / STEPS[i] <= TICKS ? STEPS[i] : step;
    }
    for (long tick = 0; tick <= seconds; tick += step) {
      String x = Figures.part(tick / seconds);
      html.empty(
          "line", "x1", x, "x2", x, "y1", "0", "y2", Figures.svg(height + 4), "class", "grid");
      html.leaf(
          "text",
          label(tick),
          "x",
          x,
          "y",
          Figures.svg(height + 18),
          "class",
          tick == 0 ? "tick" : "tick middle");
    }
  }

  private static String label(long seconds) {
    if (seconds < 60) {
      return seconds + " s";
    }
    Duration time = Duration.ofSeconds(seconds);
    if (time.toHours() > 0) {
      return "%d:%02d h".formatted(time.toHours(), time.toMinutesPart());
    }
    return time.toSecondsPart() == 0
        ? time.toMinutes() + " min"
        : "%d:%02d min".formatted(time.toMinutes(), time.toSecondsPart());
  }

  private void row(double y, String guest, List<FleetAttempt> attempts) {
    html.open("g");
    html.leaf(
        "text",
        guest.length() > NAME ? guest.substring(0, NAME - 1) + "…" : guest,
        "x",
        "-8",
        "y",
        Figures.svg(y + BAR),
        "class",
        "tick end");
    attempts.forEach(attempt -> bar(y, attempt));
    html.close();
  }

  private void bar(double y, FleetAttempt attempt) {
    Instant ended = attempt.ended();
    double from = seconds(attempt.ordered()) / seconds;
    double to = seconds(ended == null ? story.seen() : ended) / seconds;
    html.open(
            "rect",
            "x",
            Figures.part(from),
            "y",
            Figures.svg(y + (ROW - BAR) / 2 - 2),
            "width",
            // What was over between two looks is to be seen, too.
            Figures.part(Math.max(to - from, 0.004)),
            "height",
            Figures.svg(BAR),
            "rx",
            "2",
            "class",
            attempt.outcome())
        .leaf("title", words(attempt, ended))
        .close();
  }

  private static String words(FleetAttempt attempt, @Nullable Instant ended) {
    return "%s to %s, attempt %d: %s%s%s"
        .formatted(
            attempt.guest(),
            attempt.to(),
            attempt.attempt(),
            attempt.outcome(),
            ended == null ? "" : " after " + time(attempt.ordered(), ended),
            attempt.reason().isEmpty() ? "" : ": " + attempt.reason());
  }

  /** How long something took. */
  static String time(Instant from, Instant to) {
    return Figures.seconds(Duration.between(from, to).toMillis() / 1e3);
  }

  private double seconds(Instant moment) {
    return Math.max(0, Duration.between(story.began(), moment).toMillis() / 1e3);
  }
}
