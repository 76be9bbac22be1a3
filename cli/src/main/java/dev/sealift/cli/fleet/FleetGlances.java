package dev.sealift.cli.fleet;

import dev.sealift.cli.view.FleetGlance;
import dev.sealift.cli.view.FleetGuest;
import dev.sealift.cli.view.FleetHost;
import dev.sealift.cli.view.FleetJob;
import dev.sealift.cli.view.FleetStatus;
import dev.sealift.cli.view.FleetTask;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/** Fleets of any size, brought to what a page has room for. */
public final class FleetGlances {
  /** Hosts that are shown. */
  static final int HOSTS = 40;

  /** Guests of each of them. */
  static final int GUESTS = 8;

  /** Moves under way. */
  static final int MOVES = 40;

  /** Jobs under way, and of those that ended. */
  static final int JOBS = 8;

  static final int ENDED_JOBS = 3;

  /** Guests of each of them in whose way something stands. */
  static final int OBSTACLES = 8;

  private static final int WARNINGS = 5;

  private FleetGlances() {}

  /** The fleet at a glance, as somebody has just read it. */
  public static FleetGlance of(FleetStatus fleet) {
    List<FleetGlance.Move> moves = moves(fleet.jobs());
    return new FleetGlance(
        fleet.registry(),
        "answers",
        null,
        totals(fleet, moves.size()),
        hosts(fleet),
        first(MOVES, moves),
        jobs(fleet.jobs()),
        first(WARNINGS, fleet.warnings()));
  }

  private static FleetGlance.Totals totals(FleetStatus fleet, int moves) {
    int gone = 0;
    int closed = 0;
    for (FleetHost host : fleet.hosts()) {
      gone += host.present() ? 0 : 1;
      closed += host.present() && !host.takesGuests() ? 1 : 0;
    }
    return new FleetGlance.Totals(
        fleet.hosts().size() - gone - closed,
        closed,
        gone,
        fleet.guests().size(),
        moves,
        sum(fleet.guests(), FleetGuest::memoryBytes),
        sum(fleet.hosts(), FleetHost::capacityBytes));
  }

  private static <T> long sum(List<T> all, ToLongFunction<T> bytes) {
    return all.stream().mapToLong(bytes).sum();
  }

  private static List<FleetGlance.Host> hosts(FleetStatus fleet) {
    Map<String, List<FleetGuest>> guests =
        fleet.guests().stream().collect(Collectors.groupingBy(FleetGuest::owner));
    return fleet.hosts().stream()
        .sorted(
            Comparator.comparing((FleetHost host) -> host.movesOut() + host.movesIn() == 0)
                .thenComparing(FleetHost::present)
                .thenComparing(FleetHost::name))
        .limit(HOSTS)
        .sorted(Comparator.comparing(FleetHost::name))
        .map(
            host -> new FleetGlance.Host(host, guests(guests.getOrDefault(host.name(), List.of()))))
        .toList();
  }

  private static List<FleetGuest> guests(List<FleetGuest> own) {
    return own.stream()
        .sorted(
            Comparator.comparing((FleetGuest guest) -> guest.movesTo() == null)
                .thenComparing(FleetGuest::name))
        .limit(GUESTS)
        .toList();
  }

  private static List<FleetGlance.Move> moves(List<FleetJob> jobs) {
    List<FleetGlance.Move> moves = new ArrayList<>();
    for (FleetJob job : jobs) {
      for (FleetTask task : job.tasks()) {
        if (!job.ended() && task.state().equals("moving")) {
          moves.add(new FleetGlance.Move(job.id(), task));
        }
      }
    }
    return moves;
  }

  private static List<FleetGlance.Job> jobs(List<FleetJob> jobs) {
    List<FleetGlance.Job> shown = new ArrayList<>();
    jobs.stream()
        .filter(job -> !job.ended())
        .limit(JOBS)
        .map(FleetGlances::job)
        .forEach(shown::add);
    jobs.stream()
        .filter(FleetJob::ended)
        .limit(ENDED_JOBS)
        .map(FleetGlances::job)
        .forEach(shown::add);
    return shown;
  }

  private static FleetGlance.Job job(FleetJob job) {
    Map<String, Integer> guests = new TreeMap<>();
    job.tasks().forEach(task -> guests.merge(task.state(), 1, Integer::sum));
    return new FleetGlance.Job(
        job.id(),
        job.kind(),
        job.subject(),
        job.state(),
        job.secondsLeft(),
        guests,
        job.tasks().stream().filter(task -> !task.reason().isEmpty()).limit(OBSTACLES).toList());
  }

  private static <T> List<T> first(int most, List<T> all) {
    return all.subList(0, Math.min(most, all.size()));
  }
}
