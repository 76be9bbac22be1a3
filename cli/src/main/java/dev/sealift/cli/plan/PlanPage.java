package dev.sealift.cli.plan;

import dev.sealift.cli.MemorySize;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A plan in words. */
final class PlanPage {
  /** Of more rounds, those in the middle are left out. */
  private static final int MOST_ROUNDS = 16;

  private static final int LAST_ROUNDS = 4;

  private final PlanReport plan;
  private final StringBuilder words = new StringBuilder();

  private PlanPage(PlanReport plan) {
    this.plan = plan;
  }

  static String of(PlanReport plan) {
    var page = new PlanPage(plan);
    page.premises();
    page.rounds();
    page.summary();
    page.advice();
    return page.words.toString();
  }

  private void premises() {
    row("guest", memory(plan.guest().memoryBytes()) + shared() + ", " + writing());
    row(
        "link",
        "%s/s for a program, %s there and back"
            .formatted(
                bytes(plan.link().bytesPerSecond()), time(plan.link().roundTripMicros() / 1e3)));
    row("processor", processors(plan.processors()));
    row(
        "a page",
        "%s: %s/s, held up by the %s"
            .formatted(
                String.join(", ", costs()),
                bytes(plan.totals().megabytesPerSecond() * 1e6),
                String.join(" and the ", slowest())));
  }

  private static String processors(PlanReport.Processors both) {
    String where =
        both.source().equals(both.destination())
            ? " on both hosts"
            : " at the source, " + processor(both.destination()) + " at the destination";
    return processor(both.source()) + where + " (" + both.origin() + ")";
  }

  private String shared() {
    long bytes = plan.guest().sharedBytes();
    return bytes == 0 ? "" : ", " + memory(bytes) + " of it shared";
  }

  private String writing() {
    PlanReport.Guest guest = plan.guest();
    return guest.dirtyBytesPerSecond() == 0
        ? "idle"
        : "writing %s/s %s %s"
            .formatted(
                bytes(guest.dirtyBytesPerSecond()),
                guest.writes().equals("sweep") ? "through" : "all over",
                memory(guest.workingSetBytes()));
  }

  private static String processor(PlanReport.Processor processor) {
    return "%s a command and %s/s"
        .formatted(
            time(processor.latencyMicros() / 1e3), bytes((double) processor.bytesPerSecond()));
  }

  private List<String> costs() {
    List<String> costs = new ArrayList<>();
    plan.microsPerPage()
        .forEach((what, micros) -> costs.add(bottleneck(what) + " " + time(micros / 1e3)));
    return costs;
  }

  private void rounds() {
    words.append("%n  round           pages          time     dirty again%n".formatted());
    int size = plan.rounds().size();
    int tail = size - LAST_ROUNDS;
    for (int i = 0; i < size; i++) {
      if (size <= MOST_ROUNDS || i < MOST_ROUNDS - LAST_ROUNDS || i >= tail) {
        round(i, plan.rounds().get(i), i == size - 1);
      } else if (i == tail - 1) {
        line("    ...");
      }
    }
    words.append(System.lineSeparator());
  }

  private void round(int number, PlanReport.Round round, boolean last) {
    line(
        String.format(
            Locale.ROOT,
            "  %5d %,15d  %12s %,15d%s",
            number,
            round.pages(),
            time(round.millis()),
            round.dirtyAfter(),
            remark(round, last)));
  }

  private static String remark(PlanReport.Round round, boolean last) {
    if (last) {
      return "   the guest is paused";
    }
    return round.throttle() == 0
        ? ""
        : "   the guest is slowed by %d %%".formatted(round.throttle());
  }

  private void summary() {
    row("rounds", plan.rounds().size() + ": " + stopped());
    row(
        "time",
        time(plan.totals().millis()) + ", " + bytes((double) plan.totals().bytes()) + " sent");
    List<String> parts = new ArrayList<>();
    plan.downtime()
        .parts()
        .forEach((part, millis) -> {
          if (millis > 0) {
            parts.add(part + " " + time(millis));
          }
        });
    row(
        "downtime",
        "%s = %s, %s the target of %s"
            .formatted(
                time(plan.downtime().millis()),
                String.join(" + ", parts),
                plan.meetsTarget() ? "within" : "over",
                time(plan.options().downtimeTargetMillis())));
  }

  private String stopped() {
    return switch (plan.stopped()) {
      case "converged" -> "what is left then fits the downtime target";
      case "round_limit" -> "the limit on rounds is reached before the rest fits";
      default -> "three in a row leave no less to send, so that no further one is tried";
    };
  }

  private void advice() {
    PlanReport.Help help = plan.advice();
    if (help == null) {
      return;
    }
    words.append(System.lineSeparator());
    line(trouble() + " All else as it is, it would not,");
    Double rate = help.dirtyBytesPerSecond();
    line(
        rate == null
            ? "- whatever it writes: the hand-over alone takes longer;"
            : "- if it wrote at most " + bytes(rate) + "/s;");
    Double target = help.downtimeTargetMillis();
    line(
        target == null
            ? "- or with no target up to an hour."
            : "- or with a target of " + time(target) + ".");
    line("What would have to be faster: the " + String.join(" and the ", slowest()) + ".");
  }

  private String trouble() {
    int throttle = plan.rounds().stream().mapToInt(PlanReport.Round::throttle).max().orElse(0);
    List<String> troubles = new ArrayList<>();
    if (throttle > 0) {
      troubles.add("be slowed down by up to %d %%".formatted(throttle));
    }
    if (!plan.meetsTarget()) {
      troubles.add("stand still for longer than was asked for");
    }
    return "The guest would " + String.join(" and ", troubles) + ".";
  }

  /** What holds the move up: whatever is as slow as the slowest, give or take a hundredth. */
  private List<String> slowest() {
    double most = plan.microsPerPage().values().stream().max(Double::compare).orElse(0.0);
    return plan.microsPerPage().entrySet().stream()
        .filter(entry -> entry.getValue() >= 0.99 * most)
        .map(entry -> bottleneck(entry.getKey()))
        .toList();
  }

  private void row(String name, String text) {
    line("%-10s %s".formatted(name, text));
  }

  private void line(String text) {
    words.append(text).append(System.lineSeparator());
  }

  private static String bottleneck(String word) {
    return switch (word) {
      case "source_processor" -> "source's processor";
      case "destination_processor" -> "destination's processor";
      case "connections" -> "data connections";
      case "bandwidth_limit" -> "limit";
      default -> word;
    };
  }

  private static String memory(long bytes) {
    return new MemorySize(bytes).toString();
  }

  /** Decimal units, three digits and more. */
  private static String bytes(double bytes) {
    String[] units = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
    double number = bytes;
    int unit = 0;
    while (number >= 1000 && unit < units.length - 1) {
      number /= 1000;
      unit++;
    }
    return String.format(
        Locale.ROOT, number < 100 && unit > 0 ? "%.1f %s" : "%.0f %s", number, units[unit]);
  }

  private static String time(double millis) {
    if (millis < 1) {
      return String.format(Locale.ROOT, "%.1f us", millis * 1e3);
    }
    if (millis < 1000) {
      return String.format(Locale.ROOT, "%.1f ms", millis);
    }
    double seconds = millis / 1e3;
    if (seconds < 120) {
      return String.format(Locale.ROOT, "%.1f s", seconds);
    }
    long whole = Math.round(seconds);
    return whole < 7200
        ? "%d min %02d s".formatted(whole / 60, whole % 60)
        : "%d h %02d min".formatted(whole / 3600, whole % 3600 / 60);
  }
}
