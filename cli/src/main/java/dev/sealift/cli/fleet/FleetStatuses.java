package dev.sealift.cli.fleet;

import dev.sealift.cli.view.FleetGuest;
import dev.sealift.cli.view.FleetHost;
import dev.sealift.cli.view.FleetJob;
import dev.sealift.cli.view.FleetStatus;
import dev.sealift.cli.view.FleetTask;
import dev.sealift.fleet.FleetView;
import dev.sealift.fleet.GuestRecord;
import dev.sealift.fleet.HostRecord;
import dev.sealift.fleet.Job;
import dev.sealift.fleet.JobTask;
import dev.sealift.fleet.MoveRecord;
import dev.sealift.fleet.Versioned;
import dev.sealift.fleet.registry.FleetSnapshot;
import dev.sealift.fleet.registry.MemberRecord;
import dev.sealift.fleet.registry.Registry;
import dev.sealift.fleet.registry.RegistryException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a fleet's registry holds, put together for people and programs. */
public final class FleetStatuses {
  private FleetStatuses() {}

  /** The fleet as it is now. */
  public static FleetStatus of(Registry registry, String address) throws RegistryException {
    List<Job> jobs = registry.newestJobs();
    return of(registry.snapshot(), jobs, address);
  }

  private static FleetStatus of(FleetSnapshot seen, List<Job> jobs, String address) {
    FleetView fleet = seen.fleet();
    List<MoveRecord> moves = fleet.moves().values().stream().filter(move -> !move.ended()).toList();
    Map<String, List<GuestRecord>> owned =
        fleet.guests().values().stream()
            .map(Versioned::value)
            .collect(Collectors.groupingBy(GuestRecord::owner));
    return new FleetStatus(
        address,
        Instant.now(),
        new TreeMap<>(seen.members())
            .values().stream().map(member -> host(member, fleet, owned, moves)).toList(),
        new TreeMap<>(fleet.guests())
            .values().stream().map(guest -> guest(guest, fleet.moves())).toList(),
        jobs.stream().map(job -> job(fleet, job)).toList(),
        seen.warnings());
  }

  private static FleetHost host(
      MemberRecord member,
      FleetView fleet,
      Map<String, List<GuestRecord>> owned,
      List<MoveRecord> moves) {
    @Nullable HostRecord there = fleet.hosts().get(member.name());
    List<GuestRecord> own = owned.getOrDefault(member.name(), List.of());
    return new FleetHost(
        member.name(),
        member.address(),
        there != null,
        there != null && there.takesGuests(),
        there == null
            ? ""
            : "%d.%d.%d"
                .formatted(
                    there.platform().apiMajor(),
                    there.platform().apiMinor(),
                    there.platform().build()),
        there == null ? Map.of() : there.labels(),
        own.size(),
        own.stream().mapToLong(guest -> guest.shape().memoryBytes()).sum(),
        there == null ? 0 : there.capacity().memoryBytes(),
        there == null ? 0 : there.linkBytesPerSecond(),
        count(moves, move -> move.source().equals(member.name())),
        count(moves, move -> move.destination().equals(member.name())));
  }

  private static int count(Collection<MoveRecord> moves, Predicate<MoveRecord> which) {
    return Math.toIntExact(moves.stream().filter(which).count());
  }

  private static FleetGuest guest(Versioned<GuestRecord> guest, Map<String, MoveRecord> moves) {
    GuestRecord known = guest.value();
    @Nullable MoveRecord move = moves.get(known.name());
    return new FleetGuest(
        known.name(),
        known.owner(),
        guest.version(),
        known.shape().memoryBytes(),
        known.shape().dirtyPagesPerSecond(),
        known.group(),
        move == null || move.ended() ? null : move.destination());
  }

  /** A job with what is known of its moves. */
  public static FleetJob job(FleetView fleet, Job job) {
    List<FleetTask> tasks =
        job.tasks().stream().map(task -> task(task, fleet.moves().get(task.guest()), job)).toList();
    return new FleetJob(
        job.id(),
        word(job.kind()),
        job.subject(),
        word(job.state()),
        job.state() == Job.State.ENDED ? null : JobOutlook.secondsLeft(fleet, job),
        tasks);
  }

  private static FleetTask task(JobTask task, @Nullable MoveRecord newest, Job job) {
    MoveRecord its =
        newest != null && newest.job().equals(job.id()) && task.state() == JobTask.State.MOVING
            ? newest
            : null;
    return new FleetTask(
        task.guest(),
        task.from(),
        task.to(),
        word(task.state()),
        task.attempts(),
        its == null ? null : its.bytesLeft(),
        its == null ? null : its.secondsLeft(),
        task.reason());
  }

  /** As people write it. */
  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
