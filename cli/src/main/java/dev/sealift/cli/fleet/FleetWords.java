package dev.sealift.cli.fleet;

import dev.sealift.cli.MemorySize;
import dev.sealift.cli.Table;
import dev.sealift.cli.view.FleetGuest;
import dev.sealift.cli.view.FleetHost;
import dev.sealift.cli.view.FleetJob;
import dev.sealift.cli.view.FleetStatus;
import dev.sealift.cli.view.FleetTask;
import dev.sealift.fleet.plan.Choice;
import dev.sealift.fleet.plan.Preview;
import dev.sealift.migration.plan.Forecast;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Fleets in words for people. */
final class FleetWords {
  private FleetWords() {}

  /** Hosts, guests, and jobs that go on. */
  static String of(FleetStatus status) {
    if (status.hosts().isEmpty()) {
      return "The fleet at %s has no hosts yet: start one with sealift host --registry %s.%n"
          .formatted(status.registry(), status.registry());
    }
    var words = new StringBuilder(hosts(status.hosts()));
    if (!status.guests().isEmpty()) {
      words.append(System.lineSeparator()).append(guests(status.guests()));
    }
    for (FleetJob job : status.jobs()) {
      if (!job.ended()) {
        words.append(System.lineSeparator()).append("%s%n".formatted(line(job)));
      }
    }
    status.warnings().forEach(warning -> words.append("%s%n".formatted(warning)));
    return words.toString();
  }

  private static String hosts(List<FleetHost> hosts) {
    Table table =
        Table.withHeads("HOST", "STATE", "GUESTS", "MEMORY", "OF", "OUT", "IN", "API", "LABELS");
    for (FleetHost host : hosts) {
      table.row(
          host.name(),
          !host.present() ? "gone" : host.takesGuests() ? "open" : "closed",
          host.guests(),
          new MemorySize(host.memoryBytes()),
          host.present() ? new MemorySize(host.capacityBytes()) : "-",
          host.movesOut(),
          host.movesIn(),
          host.present() ? host.api() : "-",
          host.labels().entrySet().stream()
              .map(label -> label.getKey() + "=" + label.getValue())
              .sorted()
              .collect(Collectors.joining(",")));
    }
    return table.toString();
  }

  private static String guests(List<FleetGuest> guests) {
    Table table = Table.withHeads("GUEST", "HOST", "VERSION", "MEMORY", "GROUP", "GOES TO");
    for (FleetGuest guest : guests) {
      table.row(
          guest.name(),
          guest.owner().isEmpty() ? "nobody's" : guest.owner(),
          guest.version(),
          new MemorySize(guest.memoryBytes()),
          guest.group().isEmpty() ? "-" : guest.group(),
          guest.movesTo() == null ? "-" : guest.movesTo());
    }
    return table.toString();
  }

  /** A job in a line, with the time that is left. */
  static String line(FleetJob job) {
    return counts(job) + left(job.secondsLeft());
  }

  /** How many guests of a job are how far. */
  static String counts(FleetJob job) {
    long failed = job.count("failed");
    long cancelled = job.count("cancelled");
    String what =
        job.subject().isEmpty() ? job.kind() : "%s %s".formatted(job.kind(), job.subject());
    return "%s (job %s): %d of %d moved, %d moving, %d waiting%s%s"
        .formatted(
            what,
            job.id(),
            job.count("moved"),
            job.tasks().size(),
            job.count("moving"),
            job.count("waiting"),
            failed == 0 ? "" : ", %d failed".formatted(failed),
            cancelled == 0 ? "" : ", %d cancelled".formatted(cancelled));
  }

  private static String left(@Nullable Double seconds) {
    return seconds == null ? "" : String.format(Locale.ROOT, ", about %.0f s to go", seconds);
  }

  /** How a job ended. */
  static String ending(FleetJob job) {
    var words = new StringBuilder("%s%n".formatted(line(job)));
    for (FleetTask task : job.tasks()) {
      if (!task.state().equals("moved")) {
        words.append("  %s stays at %s: %s%n".formatted(task.guest(), task.from(), task.reason()));
      }
    }
    return words.toString();
  }

  /** What a job would do. */
  static String of(Preview preview) {
    if (preview.moves().isEmpty()) {
      return "There is nothing to move.%n".formatted();
    }
    Table table = Table.withHeads("GUEST", "FROM", "TO", "SECONDS", "DOWNTIME MS");
    for (Preview.Planned planned : preview.moves()) {
      @Nullable Forecast forecast = planned.forecast();
      table.row(
          planned.task().guest(),
          planned.task().from(),
          switch (planned.choice()) {
            case Choice.To(String host) -> host;
            case Choice.Nowhere nowhere -> nowhere.sentence();
          },
          forecast == null ? "-" : number(forecast.total().toNanos() / 1e9),
          forecast == null ? "-" : number(forecast.downtime().total().toNanos() / 1e6));
    }
    return table.toString();
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
