package dev.sealift.cli.fleet;

import dev.sealift.cli.view.FleetJob;
import dev.sealift.cli.view.FleetTask;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Shows how a job goes: a line whenever its counts change; on a terminal below these also the moves
 * under way, a line each, that are written over and over.
 */
final class JobTicker {
  /** A terminal that is narrower wraps lines, and shows some twice; nothing else happens. */
  private static final int WIDTH = 79;

  /** With the lines above and below it fits the smallest usual terminal, of 24 lines. */
  private static final int MOVES = 18;

  private static final int NAME = 20;
  private static final String CLEAR_BELOW = "\u001b[J";

  private final PrintWriter out;
  private final boolean terminal;
  private String told = "";
  private int below;

  /**
   * Begins to show a job.
   *
   * @param terminal whether lines above the last one can be written over
   */
  JobTicker(PrintWriter out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  /** Shows what is new. */
  synchronized void show(FleetJob job) {
    String counts = FleetWords.counts(job);
    StringBuilder screen = new StringBuilder(begin());
    if (!counts.equals(told)) {
      told = counts;
      screen.append("%s%n".formatted(FleetWords.line(job)));
    }
    if (terminal) {
      List<String> lines = moves(job);
      lines.forEach(line -> screen.append("%s%n".formatted(line)));
      below = lines.size();
    }
    out.print(screen);
    out.flush();
  }

  /** Says something else, above the moves. */
  synchronized void say(String sentence) {
    out.print(begin());
    out.println(sentence);
    out.flush();
    below = 0;
  }

  /** Nothing more comes: only the lines stay that count. */
  synchronized void end() {
    out.print(begin());
    out.flush();
    below = 0;
  }

  /** To where the moves were written last, and nothing left of them. */
  private String begin() {
    return below == 0 ? "" : "\r\u001b[%dA".formatted(below) + CLEAR_BELOW;
  }

  private static List<String> moves(FleetJob job) {
    List<String> lines = new ArrayList<>();
    if (job.ended()) {
      return lines;
    }
    List<FleetTask> moving =
        job.tasks().stream().filter(task -> task.state().equals("moving")).toList();
    for (FleetTask task : moving.subList(0, Math.min(MOVES, moving.size()))) {
      lines.add(line(task));
    }
    if (moving.size() > MOVES) {
      lines.add("  and %d more moves".formatted(moving.size() - MOVES));
    }
    Double left = job.secondsLeft();
    if (left != null) {
      lines.add(String.format(Locale.ROOT, "  about %.0f s to go", left));
    }
    return lines;
  }

  private static String line(FleetTask task) {
    var words = new StringBuilder("  %s to %s".formatted(fitted(task.guest()), fitted(task.to())));
    Long bytes = task.bytesLeft();
    words.append(
        bytes == null
            ? "  begins"
            : String.format(Locale.ROOT, "  %.1f MB left of its round", bytes / 1e6));
    Double seconds = task.secondsLeft();
    if (seconds != null) {
      words.append(String.format(Locale.ROOT, ", %.0f s", seconds));
    }
    if (task.attempts() > 1) {
      words.append(", attempt ").append(task.attempts());
    }
    return words.length() > WIDTH ? words.substring(0, WIDTH) : words.toString();
  }

  private static String fitted(String name) {
    return name.length() > NAME
        ? name.substring(0, NAME - 1) + "~"
        : name + " ".repeat(NAME - name.length());
  }
}
