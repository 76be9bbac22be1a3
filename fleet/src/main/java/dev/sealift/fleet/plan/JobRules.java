package dev.sealift.fleet.plan;

import dev.sealift.fleet.FleetView;
import dev.sealift.fleet.Job;
import java.time.Instant;
import java.util.List;

/**
 * How a job goes on: a job is taken from one record to the next by what is seen of the fleet.
 * Nothing here has an effect or a memory. The same fleet, job and moment lead to the same step, and
 * the step after it, where nothing has changed, leaves the job as it is.
 */
public final class JobRules {
  private JobRules() {}

  /**
   * What comes next.
   *
   * @param view the fleet as it is
   * @param job as it was last written
   * @param now the moment, for guests that wait before they are tried again
   */
  public static Step step(FleetView view, Job job, Instant now) {
    return job.state() == Job.State.ENDED
        ? new Step(job, List.of())
        : new JobStep(view, job, now.toEpochMilli()).take();
  }
}
