package dev.sealift.fleet.plan;

import dev.sealift.fleet.FleetView;
import dev.sealift.fleet.GuestRecord;
import dev.sealift.fleet.HostRecord;
import dev.sealift.fleet.Job;
import dev.sealift.fleet.JobTask;
import dev.sealift.fleet.Versioned;
import dev.sealift.migration.plan.Forecast;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a job would do, were every move a good one: for people who ask before they begin.
 *
 * @param moves each guest of the job, in the order of its tasks
 */
public record Preview(List<Planned> moves) {

  /**
   * A guest of the job.
   *
   * @param task as the job has it
   * @param choice where it would go, or why it cannot
   * @param forecast what its move would be like, if its source had as many moves under way as the
   *     policy lets it have; null where it cannot go, or its host is not there
   */
  public record Planned(JobTask task, Choice choice, @Nullable Forecast forecast) {}

  public Preview {
    moves = List.copyOf(moves);
  }

  /** Looks ahead; nothing is ordered. The moves that it plans do not wait for each other. */
  public static Preview of(FleetView view, Job job, Prediction prediction) {
    Set<String> emptied =
        job.kind() == Job.Kind.EVACUATE
            ? job.tasks().stream().map(JobTask::from).collect(Collectors.toSet())
            : Set.of();
    var planner = new Planner(view, job.policy(), emptied);
    List<Planned> moves = new ArrayList<>();
    for (JobTask task : job.tasks()) {
      Versioned<GuestRecord> guest = view.guests().get(task.guest());
      if (guest != null && !task.ended()) {
        moves.add(planned(view, job, prediction, planner, task, guest.value()));
      }
    }
    return new Preview(moves);
  }

  private static Planned planned(
      FleetView view,
      Job job,
      Prediction prediction,
      Planner planner,
      JobTask task,
      GuestRecord guest) {
    Choice choice =
        job.kind() == Job.Kind.EVACUATE
            ? planner.choose(guest, "")
            : planner.check(guest, task.to());
    if (!(choice instanceof Choice.To(String host))) {
      return new Planned(task, choice, null);
    }
    planner.books().settle(guest, host);
    HostRecord source = view.hosts().get(guest.owner());
    HostRecord destination = view.hosts().get(host);
    int together = Math.min(job.policy().perHost(), job.policy().parallel());
    return new Planned(
        task,
        choice,
        source == null || destination == null
            ? null
            : prediction.of(guest.shape(), source, destination, job.policy(), together, 1));
  }
}
