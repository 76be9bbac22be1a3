package dev.sealift.cli.host;

import dev.sealift.cli.view.ChainLink;
import dev.sealift.cli.view.DowntimeView;
import dev.sealift.cli.view.LimitsView;
import dev.sealift.cli.view.MoveView;
import dev.sealift.cli.view.ProgressView;
import dev.sealift.cli.view.RoundView;
import dev.sealift.cli.view.RuleView;
import dev.sealift.migration.Downtime;
import dev.sealift.migration.MoveControl;
import dev.sealift.migration.MoveOptions;
import dev.sealift.migration.RoundReport;
import dev.sealift.migration.StopReason;
import dev.sealift.migration.handover.DestinationStep;
import dev.sealift.migration.handover.HandOverStep;
import dev.sealift.migration.handover.SourceStep;
import dev.sealift.migration.trust.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A move, as this host has seen it so far. Thread-safe. */
final class HostedMove {
  /** A move that warns without end fills no memory. */
  private static final int MOST_WARNINGS = 32;

  /** How it stands. */
  private enum Course {
    UNDER_WAY,
    /** The link broke, or this host was restarted. */
    RECOVERING,
    CANCELLING,
    COMPLETED,
    FAILED,
    CANCELLED;

    boolean ended() {
      return this == COMPLETED || this == FAILED || this == CANCELLED;
    }
  }

  private final String guest;
  private final long memoryBytes;
  private final boolean outgoing;
  private final Instant started = Instant.now();
  private final long startNanos = System.nanoTime();
  private final @Nullable MoveControl control;
  private final @Nullable LimitsView limits;
  private final @Nullable Outlook outlook;
  private final List<RoundView> rounds = new ArrayList<>();
  private final List<RuleView> checks = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private String id = "";
  private String peer;
  private Course course = Course.UNDER_WAY;
  private @Nullable HandOverStep step;
  private long endNanos;
  private @Nullable DowntimeView downtime;
  private @Nullable String stopped;
  private List<RuleView> rules = List.of();
  private List<ChainLink> peerChain = List.of();
  private @Nullable String reason;
  private @Nullable String more;

  private HostedMove(
      String guest,
      long memoryBytes,
      boolean outgoing,
      String peer,
      @Nullable MoveControl control,
      @Nullable LimitsView limits) {
    this.guest = guest;
    this.memoryBytes = memoryBytes;
    this.outgoing = outgoing;
    this.peer = peer;
    this.control = control;
    this.limits = limits;
    outlook = limits == null ? null : new Outlook(limits.downtimeMillis(), limits.rounds());
  }

  /** A move of a guest away from here. */
  static HostedMove outgoing(
      String guest, long memoryBytes, String peer, MoveOptions options, MoveControl control) {
    var bytes = options.bytesPerSecond();
    return new HostedMove(
        guest,
        memoryBytes,
        true,
        peer,
        control,
        new LimitsView(
            millis(options.downtimeTarget()),
            bytes.isPresent() ? bytes.getAsLong() : null,
            options.maxRounds(),
            options.mostThrottle()));
  }

  /** A move that this host, restarted, found in its journal. */
  static HostedMove found(
      String id, String guest, long memoryBytes, boolean outgoing, String peer) {
    var move = new HostedMove(guest, memoryBytes, outgoing, peer, null, null);
    move.id = id;
    move.course = Course.RECOVERING;
    return move;
  }

  /** A move of a guest to here. */
  static HostedMove incoming(String id, String guest, long memoryBytes, String peer) {
    var move = new HostedMove(guest, memoryBytes, false, peer, null, null);
    move.id = id;
    return move;
  }

  String guest() {
    return guest;
  }

  boolean isOutgoing() {
    return outgoing;
  }

  synchronized String id() {
    return id;
  }

  @Nullable MoveControl control() {
    return control;
  }

  synchronized void begun(String name) {
    id = name;
  }

  synchronized void checked(Verdict.Rule check) {
    checks.add(rule(check));
  }

  synchronized void judged(Verdict verdict, List<ChainLink> chain) {
    rules = verdict.rules().stream().map(HostedMove::rule).toList();
    checks.addAll(rules);
    peerChain = chain;
  }

  synchronized void step(HandOverStep taken) {
    step = taken;
  }

  synchronized void round(RoundReport round) {
    rounds.add(
        new RoundView(
            round.round(),
            round.pages(),
            round.privatePackets(),
            round.sharedPages(),
            round.bytes(),
            round.millis(),
            round.throttle(),
            round.dirtyAfter()));
  }

  /** The link broke, and is taken up again. */
  synchronized void recovering() {
    if (course == Course.UNDER_WAY) {
      course = Course.RECOVERING;
    }
  }

  synchronized void goesOn() {
    if (course == Course.RECOVERING) {
      course = Course.UNDER_WAY;
    }
  }

  synchronized void cancelling() {
    if (!course.ended()) {
      course = Course.CANCELLING;
    }
  }

  synchronized void warning(String sentence) {
    if (warnings.size() < MOST_WARNINGS) {
      warnings.add(sentence);
    }
  }

  synchronized void stopped(@Nullable StopReason why) {
    stopped =
        switch (why) {
          case CONVERGED -> "converged";
          case ROUND_LIMIT -> "round-limit";
          case NO_PROGRESS -> "no-progress";
          case null -> null;
        };
  }

  synchronized void completed(@Nullable Downtime stoodStill) {
    downtime = stoodStill == null ? null : view(stoodStill);
    end(Course.COMPLETED, null);
  }

  synchronized void cancelled(String why) {
    end(Course.CANCELLED, why);
  }

  synchronized void failed(String why) {
    failed(why, null);
  }

  /**
   * It failed.
   *
   * @param explained the command line that says more; null where none does
   */
  synchronized void failed(String why, @Nullable String explained) {
    if (!course.ended()) {
      more = explained;
    }
    end(Course.FAILED, why);
  }

  private void end(Course how, @Nullable String why) {
    if (!course.ended()) {
      course = how;
      reason = why;
      endNanos = System.nanoTime();
    }
    notifyAll();
  }

  synchronized boolean ended() {
    return course.ended();
  }

  /** Waits for the end, but no longer than this; whether it has come. */
  synchronized boolean awaitEnd(Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    long left = limit.toMillis();
    while (!course.ended() && left > 0) {
      wait(left);
      left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
    }
    return course.ended();
  }

  /** What was found to be in order, or not, before its first page. */
  synchronized List<RuleView> checks() {
    return List.copyOf(checks);
  }

  private static RuleView rule(Verdict.Rule rule) {
    return new RuleView(rule.name(), rule.holds(), rule.finding());
  }

  private static DowntimeView view(Downtime downtime) {
    return new DowntimeView(
        millis(downtime.total()),
        millis(downtime.pause()),
        millis(downtime.lastRound()),
        millis(downtime.state()),
        millis(downtime.prepare()),
        millis(downtime.finish()),
        millis(downtime.commit()));
  }

  private static double millis(Duration duration) {
    return duration.toNanos() / 1e6;
  }

  synchronized MoveView view() {
    @Nullable ProgressView now =
        control == null || outlook == null || course.ended()
            ? null
            : control.progress().map(progress -> outlook.of(progress, rounds)).orElse(null);
    long until = course.ended() ? endNanos : System.nanoTime();
    return new MoveView(
        id,
        guest,
        memoryBytes,
        outgoing ? "outgoing" : "incoming",
        peer,
        status(),
        step == null ? "" : step.label(),
        started,
        (until - startNanos) / 1e9,
        limits,
        rounds,
        now,
        downtime,
        stopped,
        rules,
        peerChain,
        reason,
        warnings,
        more);
  }

  /** In QEMU's words. */
  private String status() {
    return switch (course) {
      case COMPLETED -> "completed";
      case FAILED -> "failed";
      case CANCELLED -> "cancelled";
      case CANCELLING -> "cancelling";
      case RECOVERING -> "recover";
      case UNDER_WAY ->
          switch (step) {
            case null -> "setup";
            case SourceStep.NEGOTIATING -> "setup";
            case SourceStep.SENDING, DestinationStep.RECEIVING -> "active";
            case SourceStep.WITHDRAWN -> "cancelling";
            case SourceStep _, DestinationStep _ -> "device";
          };
    };
  }
}
