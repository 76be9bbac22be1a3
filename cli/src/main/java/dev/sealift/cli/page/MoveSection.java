package dev.sealift.cli.page;

import dev.sealift.cli.MemorySize;
import dev.sealift.cli.view.ChainLink;
import dev.sealift.cli.view.DowntimeView;
import dev.sealift.cli.view.LimitsView;
import dev.sealift.cli.view.MoveView;
import dev.sealift.cli.view.ProgressView;
import dev.sealift.cli.view.RoundView;
import org.jspecify.annotations.Nullable;

/** All that is to be said of a move: where it stands, how it converges, whom it trusts. */
final class MoveSection {
  private final Html html;
  private final MoveView move;
  private final Form form;

  private MoveSection(Html html, MoveView move, Form form) {
    this.html = html;
    this.move = move;
    this.form = form;
  }

  /** The move from its status down. */
  static void write(Html html, MoveView move, Form form) {
    MoveSection section = new MoveSection(html, move, form);
    section.words();
    section.progress();
    section.figures();
    html.open("div", "class", "drawings");
    ConvergencePlot.write(html, move, form);
    DowntimeView downtime = move.downtime();
    if (downtime != null) {
      DowntimeBar.write(html, downtime);
    }
    html.close();
    section.trust();
  }

  /** The move's name for people. */
  static String title(MoveView move) {
    return move.guest() + (move.direction().equals("incoming") ? " from " : " to ") + move.peer();
  }

  /** Its status as a badge. */
  static void badge(Html html, MoveView move) {
    String tone =
        switch (move.status()) {
          case "completed" -> "good";
          case "failed" -> "bad";
          case "cancelled", "cancelling", "recover" -> "warn";
          default -> "busy";
        };
    html.leaf("span", move.status(), "class", "badge " + tone);
  }

  /** What went over the wire so far. */
  static long bytes(MoveView move) {
    long ended = move.rounds().stream().mapToLong(RoundView::bytes).sum();
    ProgressView now = move.now();
    return now == null ? ended : Math.max(ended, now.bytes());
  }

  private void words() {
    html.leaf("p", meaning(), "class", "lead");
    String reason = move.reason();
    if (reason != null) {
      html.open("p", "class", "note bad").leaf("strong", "Why it failed: ").text(reason).close();
    }
    for (String warning : move.warnings()) {
      html.open("p", "class", "note warn").leaf("strong", "Warning: ").text(warning).close();
    }
  }

  private String meaning() {
    boolean incoming = move.direction().equals("incoming");
    return switch (move.status()) {
      case "setup" -> "Both hosts look at each other's platform and prepare the move.";
      case "active" -> "Pages go over while the guest runs.";
      case "pre-switchover" -> "What is left fits the downtime target; the guest is being paused.";
      case "device" -> "The guest is paused; the last pages and its state go over.";
      case "recover" -> "The link broke. It is being taken up again; the guest runs meanwhile.";
      case "cancelling" -> "The move is being cancelled; the guest runs on where it was.";
      case "cancelled" ->
          incoming
              ? "The move was cancelled; the guest runs on at the source."
              : "The move was cancelled; the guest runs on here.";
      case "completed" ->
          incoming ? "The guest runs here." : "The guest runs at the destination." + stopped();
      case "failed" ->
          "The move failed. The hand-over's last step, "
              + move.step()
              + ", decides which host has the guest.";
      default -> "";
    };
  }

  private String stopped() {
    return switch (String.valueOf(move.stopped())) {
      case "converged" -> " It was paused when what was left fitted the downtime target.";
      case "round-limit" -> " It was paused because the rounds that were allowed were over.";
      case "no-progress" -> " It was paused because further rounds would not have left less.";
      default -> "";
    };
  }

  private void progress() {
    ProgressView now = move.now();
    if (now == null || move.ended()) {
      return;
    }
    long sent = Math.max(0, now.pages() - now.pagesLeft());
    html.open("div", "class", "progress");
    html.open("p")
        .text("Round " + now.round() + ": ")
        .leaf("strong", Figures.count(now.pagesLeft()))
        .text(" of " + Figures.count(now.pages()) + " pages left")
        .leaf("span", most(move.limits()), "class", "quiet")
        .close();
    html.leaf(
        "progress",
        Figures.share((double) sent, (double) now.pages()),
        "max",
        Long.toString(Math.max(1, now.pages())),
        "value",
        Long.toString(sent),
        "aria-label",
        "Pages of this round that are sent");
    html.close();
  }

  private void figures() {
    html.open("dl", "class", "figures");
    ProgressView now = move.ended() ? null : move.now();
    LimitsView limits = move.limits();
    if (now != null) {
      live(now, limits);
    }
    DowntimeView downtime = move.downtime();
    if (downtime != null) {
      figure("Downtime", Figures.millis(downtime.total()), lastRound(downtime, limits));
    }
    figure(
        "Sent",
        Figures.bytes((double) bytes(move)),
        "of a guest of " + new MemorySize(move.memoryBytes()));
    if (now == null && !move.rounds().isEmpty()) {
      figure("Rounds", Integer.toString(move.rounds().size()), most(limits));
    }
    figure(move.ended() ? "Took" : "So far", Figures.seconds(move.seconds()), rate());
    html.close();
  }

  private static String most(@Nullable LimitsView limits) {
    return limits == null ? "" : "at most " + limits.rounds() + " rounds";
  }

  private void live(ProgressView now, @Nullable LimitsView limits) {
    Double left = now.secondsLeft();
    Double downtime = now.downtimeMillis();
    Double dirtied = now.dirtyPagesPerSecond();
    figure(
        "Time left",
        left == null ? "not known" : Figures.seconds(left),
        left == null ? "too early, or it does not converge" : "until the guest runs there");
    figure(
        "Would stand still",
        downtime == null ? "not known" : Figures.millis(downtime),
        limits == null ? "" : "target " + Figures.millis(limits.downtimeMillis()));
    figure("Sending", Figures.perSecond(now.pagesPerSecond()), "pages a second");
    figure(
        "Guest dirties",
        dirtied == null ? "not known" : Figures.perSecond(dirtied),
        "pages a second, "
            + (now.throttle() == 0
                ? "not slowed down"
                : "slowed down by " + Figures.percent(now.throttle())));
  }

  private static String lastRound(DowntimeView downtime, @Nullable LimitsView limits) {
    return "last round "
        + Figures.millis(downtime.lastRound())
        + (limits == null ? "" : ", target " + Figures.millis(limits.downtimeMillis()));
  }

  private String rate() {
    return move.seconds() > 0
        ? Figures.bytes((double) bytes(move) / move.seconds()) + "/s on average"
        : "";
  }

  private void figure(String name, String value, String more) {
    html.open("div").leaf("dt", name).open("dd").leaf("strong", value);
    if (!more.isEmpty()) {
      html.leaf("span", more, "class", "quiet");
    }
    html.close().close();
  }

  private void trust() {
    if (move.rules().isEmpty() && move.peerChain().isEmpty()) {
      return;
    }
    String key = Anchors.of(move.id());
    if (form == Form.PAGE) {
      html.open("details", "id", "trust-" + key);
      html.open("summary").text("Trust in the other platform ");
      boolean holds =
          move.rules().stream().allMatch(rule -> rule.holds())
              && move.peerChain().stream().allMatch(ChainLink::holds);
      Mark.write(html, holds, holds ? "all rules hold" : "not all rules hold");
      html.close();
    } else {
      html.open("section").leaf("h3", "Trust in the other platform");
    }
    html.open("div", "class", "trust");
    if (!move.rules().isEmpty()) {
      RulesTable.write(html, move.rules());
    }
    if (!move.peerChain().isEmpty()) {
      html.open("section").leaf("h4", "The other platform's chain of trust");
      ChainTree.write(html, move.peerChain(), form, "peer-" + key);
      html.close();
    }
    html.close().close();
  }
}
