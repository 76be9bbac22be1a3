package dev.sealift.cli.fleet;

import dev.sealift.fleet.FleetView;
import dev.sealift.fleet.GuestRecord;
import dev.sealift.fleet.GuestShape;
import dev.sealift.fleet.HostRecord;
import dev.sealift.fleet.Job;
import dev.sealift.fleet.JobTask;
import dev.sealift.fleet.MoveRecord;
import dev.sealift.fleet.Versioned;
import dev.sealift.fleet.plan.Prediction;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How long a job still takes, if all goes as planned: what is left of the moves under way and the
 * whole moves of those that wait, as many at a time as each source is allowed.
 */
final class JobOutlook {
  private final FleetView fleet;
  private final Job job;
  private final int together;
  private final Map<GuestShape, Double> moves = new HashMap<>();

  private JobOutlook(FleetView fleet, Job job) {
    this.fleet = fleet;
    this.job = job;
    together = Math.min(job.policy().perHost(), job.policy().parallel());
  }

  /** In seconds; null where nobody knows. */
  static @Nullable Double secondsLeft(FleetView fleet, Job job) {
    return new JobOutlook(fleet, job).secondsLeft();
  }

  private @Nullable Double secondsLeft() {
    double longest = 0;
    double sum = 0;
    for (JobTask task : job.tasks()) {
      double seconds = task.ended() ? 0 : secondsLeft(task);
      longest = Math.max(longest, seconds);
      sum += seconds;
    }
    long sources =
        job.tasks().stream()
            .filter(task -> !task.ended())
            .map(JobTask::from)
            .collect(Collectors.toSet())
            .size();
    long atATime = Math.min(job.policy().parallel(), sources * job.policy().perHost());
    return sum > 0 ? (Double) Math.max(longest, sum / atATime) : null;
  }

  private double secondsLeft(JobTask task) {
    Versioned<GuestRecord> guest = fleet.guests().get(task.guest());
    HostRecord source = fleet.hosts().get(task.from());
    if (guest == null || source == null) {
      return 0;
    }
    GuestShape shape = guest.value().shape();
    double whole = moves.computeIfAbsent(shape, _ -> seconds(shape, source));
    MoveRecord move = fleet.moves().get(task.guest());
    if (task.state() != JobTask.State.MOVING || move == null || !move.job().equals(job.id())) {
      return whole;
    }
    Double known = move.secondsLeft();
    if (known != null) {
      return known;
    }
    Long bytes = move.bytesLeft();
    return bytes == null
        ? whole
        : whole * Math.clamp(bytes / (double) Math.max(1, shape.memoryBytes()), 0, 1);
  }

  /** A host like the source stands for all destinations. */
  private double seconds(GuestShape shape, HostRecord source) {
    return Prediction.ASSUMED.of(shape, source, source, job.policy(), together, 1).total().toNanos()
        / 1e9;
  }
}
