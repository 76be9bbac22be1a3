package dev.sealift.cli.migrate;

import dev.sealift.cli.Lines;
import dev.sealift.cli.control.Rehearsal;
import dev.sealift.cli.explain.More;
import dev.sealift.cli.view.DowntimeView;
import dev.sealift.cli.view.MoveView;
import dev.sealift.cli.view.RoundView;
import dev.sealift.cli.view.RuleView;
import java.util.Locale;

/** Moves in words for people. */
final class MoveWords {
  private static final int COLUMN = 14;

  private MoveWords() {}

  /** What a status means. */
  static String status(String guest, String status) {
    return switch (status) {
      case "setup" -> "%s: the hosts get to know each other".formatted(guest);
      case "active" -> "%s: memory goes over while the guest runs".formatted(guest);
      case "device" -> "%s: the guest stands still, the rest goes over".formatted(guest);
      case "recover" -> "%s: the link is being taken up again".formatted(guest);
      case "cancelling" -> "%s: the move is being called off".formatted(guest);
      default -> "%s: %s".formatted(guest, status);
    };
  }

  /** How a move ended. */
  static String of(MoveView move) {
    return switch (move.status()) {
      case "completed" -> completed(move);
      case "cancelled" ->
          "%s goes on here: the move to %s was called off.%n".formatted(move.guest(), move.peer());
      default ->
          "%s goes on here; the move to %s failed: %s.%n"
                  .formatted(move.guest(), move.peer(), move.reason())
              + more(move);
    };
  }

  private static String more(MoveView move) {
    return move.more() == null ? "" : "%s%n".formatted(More.line(move.more()));
  }

  private static String completed(MoveView move) {
    var lines = new Lines(COLUMN);
    lines.sentence("%s runs at %s.".formatted(move.guest(), move.peer()));
    DowntimeView downtime = move.downtime();
    if (downtime != null) {
      lines.line(
          "  downtime",
          String.format(
              Locale.ROOT,
              "%.1f ms: pause %.1f, last round %.1f, state %.1f, prepare %.1f, finish %.1f, commit %.1f",
              downtime.total(),
              downtime.pause(),
              downtime.lastRound(),
              downtime.state(),
              downtime.prepare(),
              downtime.finish(),
              downtime.commit()));
    }
    long bytes = move.rounds().stream().mapToLong(RoundView::bytes).sum();
    long packets = move.rounds().stream().mapToLong(RoundView::privatePackets).sum();
    long shared = move.rounds().stream().mapToLong(RoundView::sharedPages).sum();
    lines.line(
        "  sent",
        String.format(
            Locale.ROOT,
            "%d private pages, %d shared, %.1f MiB in %d rounds, %.1f s in all",
            packets,
            shared,
            bytes / (double) (1 << 20),
            move.rounds().size(),
            move.seconds()));
    lines.line("  move", move.id());
    move.warnings().forEach(warning -> lines.line("  warning", warning));
    return lines.toString();
  }

  /** What came of a dry run. */
  static String of(Rehearsal rehearsal) {
    int longest =
        rehearsal.checks().stream().mapToInt(check -> check.name().length()).max().orElse(0);
    var lines = new Lines("  ".length() + longest + 1);
    MoveView move = rehearsal.move();
    for (RuleView check : rehearsal.checks()) {
      lines.line(
          "  " + check.name(), (check.holds() ? "holds: " : "DOES NOT HOLD: ") + check.finding());
    }
    return lines
            .sentence(
                rehearsal.holds()
                    ? "Nothing stands in the way of moving %s to %s; nothing was moved."
                        .formatted(move.guest(), move.peer())
                    : "%s cannot be moved to %s as it is; it runs on here."
                        .formatted(move.guest(), move.peer()))
            .toString()
        + more(move);
  }
}
