package dev.sealift.cli.fleet;

import dev.sealift.cli.Lines;
import dev.sealift.fleet.simulate.SimulationReport;
import dev.sealift.fleet.simulate.SimulationReport.Progress;
import dev.sealift.fleet.simulate.SimulationSettings;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A simulation in words. */
final class SimulationPage {
  private static final int COLUMN = 12;
  private static final String LEVELS = " ▁▂▃▄▅▆▇█";
  private static final int MOST_REASONS = 8;

  private final SimulationReport report;
  private final Lines lines = new Lines(COLUMN);

  private SimulationPage(SimulationReport report) {
    this.report = report;
  }

  static String of(SimulationReport report, SimulationSettings settings) {
    var page = new SimulationPage(report);
    page.premises(settings);
    page.outcome();
    page.progress();
    page.promises();
    return page.lines.toString();
  }

  private void premises(SimulationSettings settings) {
    lines.line(
        "fleet",
        String.format(
            Locale.ROOT,
            "%,d hosts in racks of %d, %,d guests; a rack with %,d guests is emptied; seed %d",
            report.hosts(),
            report.rackSize(),
            report.guests(),
            report.rackGuests(),
            report.seed()));
    lines.line(
        "policy",
        String.format(
            Locale.ROOT,
            "%d moves at a time, %d a host, %d a link; %s; %d attempts; downtime up to %d ms",
            settings.policy().parallel(),
            settings.policy().perHost(),
            settings.policy().perLink(),
            settings.policy().order().name().toLowerCase(Locale.ROOT).replace('_', ' '),
            settings.policy().attempts(),
            settings.policy().downtimeMillis()));
    lines.line(
        "processor",
        String.format(
            Locale.ROOT,
            "%.0f us a command and %.0f MB/s on every host, shared by its moves",
            settings.prediction().processor().latency().toNanos() / 1e3,
            settings.prediction().processor().bytesPerSecond().orElse(0) / 1e6));
  }

  private void outcome() {
    lines.blank();
    lines.line("time", time(report.seconds()) + " until the job ended");
    lines.line(
        "guests",
        counts(report.tasks())
            + String.format(
                Locale.ROOT,
                "; %,d moves begun, %,d failed",
                report.moves(),
                report.movesFailed()));
    report.reasons().entrySet().stream()
        .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
        .limit(MOST_REASONS)
        .forEach(reason -> lines.line("", reason.getValue() + ": " + reason.getKey()));
    lines.line(
        "failures",
        report.faults().isEmpty()
            ? "none"
            : counts(report.faults())
                + String.format(
                    Locale.ROOT,
                    "; %d of these hosts killed in the middle of a hand-over",
                    report.killedInTheHandOver()));
    lines.line(
        "links",
        String.format(
            Locale.ROOT,
            "%.1f TB sent; the rack's links used by %.1f %% on average, any link by %.1f %% at most",
            report.bytes() / 1e12,
            report.meanLinkShare() * 100,
            report.peakLinkShare() * 100));
    lines.line(
        "downtime",
        String.format(
            Locale.ROOT,
            "half of the guests within %.0f ms, 99 %% within %.0f ms, the longest %s",
            report.downtimeMedianMillis(),
            report.downtime99Millis(),
            time(report.longestDowntimeMillis() / 1e3)));
  }

  private void progress() {
    List<Progress> progress = report.progress();
    lines.blank();
    lines.line("waiting", sparkline(progress, report.mostWaiting()));
    lines.line(
        "",
        String.format(
            Locale.ROOT,
            "%,d at most; guests that wait, and that move, by time:",
            report.mostWaiting()));
    for (int quarter = 0; quarter <= 4 && !progress.isEmpty(); quarter++) {
      Progress at = progress.get((progress.size() - 1) * quarter / 4);
      lines.line(
          "",
          String.format(
              Locale.ROOT, "%10s  %,7d  %,6d", time(at.seconds()), at.waiting(), at.moving()));
    }
  }

  private static String sparkline(List<Progress> progress, int most) {
    return progress.stream()
        .map(at -> {
          int level =
              most == 0 ? 0 : (int) Math.ceil((double) at.waiting() * (LEVELS.length() - 1) / most);
          return LEVELS.substring(level, level + 1);
        })
        .collect(Collectors.joining());
  }

  private void promises() {
    lines.blank();
    lines.line(
        "owners",
        String.format(
            Locale.ROOT,
            "%,d checks in %,d events: %,d violations",
            report.checks(),
            report.events(),
            report.violations()));
    report.violated().forEach(sentence -> lines.line("", sentence));
    lines.line(
        "the end",
        String.format(
            Locale.ROOT,
            "%,d guests run, each at its owner; %,d were lost with hosts that are gone for good",
            report.running(),
            report.guests() - report.running()));
  }

  private static String counts(Map<String, Integer> counts) {
    return counts.entrySet().stream()
        .map(count -> String.format(Locale.ROOT, "%,d %s", count.getValue(), count.getKey()))
        .collect(Collectors.joining(", "));
  }

  private static String time(double seconds) {
    if (seconds > 0 && seconds < 1) {
      return String.format(Locale.ROOT, "%.0f ms", seconds * 1e3);
    }
    if (seconds < 120) {
      return String.format(Locale.ROOT, "%.1f s", seconds);
    }
    long whole = Math.round(seconds);
    return whole < 7200
        ? String.format(Locale.ROOT, "%d min %02d s", whole / 60, whole % 60)
        : String.format(Locale.ROOT, "%d h %02d min", whole / 3600, whole % 3600 / 60);
  }
}
