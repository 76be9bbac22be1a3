package dev.sealift.fleet.simulate;

import dev.sealift.fleet.Job;
import dev.sealift.fleet.JobPolicy;
import dev.sealift.fleet.plan.Prediction;
import java.util.Map;

/**
 * What is simulated: a rack is emptied, while things break.
 *
 * @param hosts in all, in racks; more than the rack
 * @param guests spread evenly over all hosts; 1 or more
 * @param rackSize hosts in a rack; the first rack is emptied
 * @param seed of everything that is drawn
 * @param faultsPerHour how often each thing breaks in an hour in the whole fleet; 0 or more
 * @param policy of the job
 * @param prediction of how long moves take
 */
public record SimulationSettings(
    int hosts,
    int guests,
    int rackSize,
    long seed,
    Map<Fault, Double> faultsPerHour,
    JobPolicy policy,
    Prediction prediction) {
  public SimulationSettings {
    faultsPerHour = Map.copyOf(faultsPerHour);
    check(rackSize >= 1 && rackSize < hosts, "a rack has 1 or more hosts, but not all of them");
    check(hosts <= 10_000, "a simulated fleet has up to 10000 hosts");
    check(guests >= 1 && guests <= 200_000, "a simulated fleet has 1 to 200000 guests");
    check(
        rackSize * ((long) guests / hosts + 1) <= Job.MOST_TASKS,
        "a job has up to %d guests: choose a smaller rack or fewer guests"
            .formatted(Job.MOST_TASKS));
    check(
        faultsPerHour.values().stream().allMatch(rate -> rate >= 0 && rate <= 3600),
        "things break 0 to 3600 times an hour");
  }

  private static void check(boolean holds, String rule) {
    if (!holds) {
      throw new IllegalArgumentException(rule);
    }
  }
}
