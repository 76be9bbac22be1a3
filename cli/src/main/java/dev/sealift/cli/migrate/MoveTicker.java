package dev.sealift.cli.migrate;

import dev.sealift.cli.view.MoveView;
import dev.sealift.cli.view.ProgressView;
import dev.sealift.cli.view.RoundView;
import java.io.PrintWriter;
import java.util.Locale;

/**
 * Shows how a move goes: a line for each change of its status and each round that is over; on a
 * terminal also a last line that is written over and over.
 */
final class MoveTicker {
  /** A terminal that is narrower wraps the line, and shows it twice; nothing else happens. */
  private static final int WIDTH = 79;

  private static final String PAUSED = "device";

  private final PrintWriter out;
  private final boolean terminal;
  private String status = "";
  private int rounds;
  private boolean paused;
  private boolean warned;
  private boolean lineIsOpen;

  MoveTicker(PrintWriter out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  /** Shows what is new. */
  synchronized void show(MoveView move) {
    switch (move.status()) {
      case PAUSED -> {
        // What is seen at once came one after the other: rounds go over before the guest stands.
        showRounds(move);
        showStatus(move, PAUSED);
      }
      case "completed" -> {
        showRounds(move);
        if (!paused) {
          showStatus(move, PAUSED);
        }
      }
      case String _ when move.ended() -> showRounds(move);
      case String other -> {
        showStatus(move, other);
        showRounds(move);
      }
    }
    if (!warned && !move.warnings().isEmpty()) {
      warned = true;
      line(move.warnings().getFirst());
    }
    ProgressView now = move.now();
    if (terminal && now != null) {
      out.print("\r" + fitted(words(now)));
      out.flush();
      lineIsOpen = true;
    }
  }

  private void showStatus(MoveView move, String now) {
    if (!now.equals(status)) {
      status = now;
      paused |= now.equals(PAUSED);
      line(MoveWords.status(move.guest(), now));
    }
  }

  private void showRounds(MoveView move) {
    for (RoundView round : move.rounds().subList(rounds, move.rounds().size())) {
      line(words(round));
    }
    rounds = move.rounds().size();
  }

  /** Nothing more comes. */
  synchronized void end() {
    if (lineIsOpen) {
      out.print("\r" + fitted("") + "\r");
      out.flush();
      lineIsOpen = false;
    }
  }

  private void line(String words) {
    out.println(lineIsOpen ? "\r" + words + rest(words) : words);
    out.flush();
    lineIsOpen = false;
  }

  /** Blanks in place of what stood there before. */
  private static String rest(String words) {
    return " ".repeat(Math.max(0, WIDTH - words.length()));
  }

  private static String fitted(String words) {
    return words.length() > WIDTH
        ? words.substring(0, WIDTH)
        : words + " ".repeat(WIDTH - words.length());
  }

  static String words(RoundView round) {
    String throttle = round.throttle() == 0 ? "" : ", throttle " + round.throttle() + " %";
    return String.format(
        Locale.ROOT,
        "round %d: %d pages in %.0f ms, %d dirtied meanwhile%s",
        round.round(),
        round.pages(),
        round.millis(),
        round.dirtyAfter(),
        throttle);
  }

  static String words(ProgressView now) {
    var words = new StringBuilder();
    words.append(
        "round %d: %d left, %s/s out"
            .formatted(now.round(), now.pagesLeft(), count(now.pagesPerSecond())));
    Double dirty = now.dirtyPagesPerSecond();
    if (dirty != null) {
      words.append(", %s/s dirtied".formatted(count(dirty)));
    }
    Double downtime = now.downtimeMillis();
    if (downtime != null) {
      words.append(String.format(Locale.ROOT, ", downtime %.0f ms", downtime));
    }
    Double seconds = now.secondsLeft();
    if (seconds != null) {
      words.append(
          String.format(Locale.ROOT, seconds < 10 ? ", %.1f s to go" : ", %.0f s to go", seconds));
    }
    return words.toString();
  }

  private static String count(double pages) {
    return pages < 10_000
        ? String.format(Locale.ROOT, "%.0f", pages)
        : String.format(Locale.ROOT, "%.1fk", pages / 1000);
  }
}
