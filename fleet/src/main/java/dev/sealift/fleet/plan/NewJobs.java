package dev.sealift.fleet.plan;

import dev.sealift.fleet.FleetView;
import dev.sealift.fleet.GuestRecord;
import dev.sealift.fleet.HostRecord;
import dev.sealift.fleet.Job;
import dev.sealift.fleet.JobPolicy;
import dev.sealift.fleet.JobTask;
import dev.sealift.fleet.Versioned;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which guests a job has, and in which order. */
public final class NewJobs {
  private NewJobs() {}

  /**
   * All guests leave these hosts. The order is decided here and once, by what each move would take
   * if it were the only one.
   *
   * @param id of the job; unique
   * @param hosts to be emptied; they need not be there
   * @throws IllegalArgumentException if a job cannot have so many guests
   */
  public static Job evacuation(
      String id, FleetView view, Set<String> hosts, JobPolicy policy, Prediction prediction) {
    Map<String, Double> seconds = new HashMap<>();
    List<GuestRecord> guests =
        view.guests().values().stream()
            .map(Versioned::value)
            .filter(guest -> hosts.contains(guest.owner()))
            .toList();
    guests.forEach(guest -> seconds.put(guest.name(), seconds(guest, view, policy, prediction)));
    Comparator<GuestRecord> shortestFirst =
        Comparator.comparingDouble(guest -> seconds.getOrDefault(guest.name(), 0.0));
    Comparator<GuestRecord> order =
        policy.order() == JobPolicy.Order.LONGEST_FIRST ? shortestFirst.reversed() : shortestFirst;
    return new Job(
        id,
        Job.Kind.EVACUATE,
        hosts.size() == 1 ? hosts.iterator().next() : "",
        policy,
        Job.State.UNDER_WAY,
        guests.stream()
            .sorted(order.thenComparing(GuestRecord::name))
            .map(guest -> task(guest, ""))
            .toList());
  }

  /** One guest goes to one host. */
  public static Job move(String id, GuestRecord guest, String destination, JobPolicy policy) {
    return new Job(
        id, Job.Kind.MOVE, "", policy, Job.State.UNDER_WAY, List.of(task(guest, destination)));
  }

  static JobTask task(GuestRecord guest, String to) {
    return new JobTask(guest.name(), guest.owner(), to, JobTask.State.WAITING, 0, "");
  }

  private static double seconds(
      GuestRecord guest, FleetView view, JobPolicy policy, Prediction prediction) {
    HostRecord host = view.hosts().get(guest.owner());
    return host == null ? 0 : prediction.alone(guest.shape(), host, policy).total().toNanos() / 1e9;
  }
}
