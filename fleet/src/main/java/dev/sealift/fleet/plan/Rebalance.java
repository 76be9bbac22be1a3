package dev.sealift.fleet.plan;

import dev.sealift.fleet.FleetView;
import dev.sealift.fleet.GuestRecord;
import dev.sealift.fleet.Job;
import dev.sealift.fleet.JobPolicy;
import dev.sealift.fleet.JobTask;
import dev.sealift.fleet.Versioned;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Brings the shares of memory that hosts have given to guests together. From the fullest host goes
 * the guest that costs the fewest bytes on the link for what it brings, to the host that is loaded
 * least of those that may have it; again and again, until the fullest and the emptiest host are no
 * further apart than was asked for, or nothing that may move would bring them closer.
 */
public final class Rebalance {
  private final FleetView view;
  private final JobPolicy policy;
  private final Prediction prediction;
  private final double threshold;
  private final Planner planner;
  private final Map<String, List<GuestRecord>> guestsOf = new HashMap<>();
  private final Map<String, Long> bytesOf = new HashMap<>();
  private final Set<String> done = new HashSet<>();
  private final List<JobTask> tasks = new ArrayList<>();

  private Rebalance(FleetView view, JobPolicy policy, Prediction prediction, double threshold) {
    this.view = view;
    this.policy = policy;
    this.prediction = prediction;
    this.threshold = threshold;
    this.planner = new Planner(view, policy, Set.of());
  }

  /**
   * A job; without a guest where the fleet is balanced already.
   *
   * @param id of the job; unique
   * @param percent how far apart the shares of the fullest and the emptiest host may stay
   */
  public static Job of(
      String id, FleetView view, JobPolicy policy, Prediction prediction, int percent) {
    var rebalance = new Rebalance(view, policy, prediction, percent / 100.0);
    rebalance.plan();
    return new Job(id, Job.Kind.REBALANCE, "", policy, Job.State.UNDER_WAY, rebalance.tasks);
  }

  private void plan() {
    for (Versioned<GuestRecord> guest : view.guests().values()) {
      if (!view.moves().containsKey(guest.value().name())
          || !FleetBooks.isUnderWay(view.moves().get(guest.value().name()), guest.value())) {
        guestsOf.computeIfAbsent(guest.value().owner(), _ -> new ArrayList<>()).add(guest.value());
      }
    }
    while (tasks.size() < Job.MOST_TASKS) {
      HostBook fullest = fullest();
      if (fullest == null || fullest.share(0) - emptiest() <= threshold) {
        return;
      }
      if (!relieve(fullest)) {
        done.add(fullest.host().name());
      }
    }
  }

  /** The fullest host that something may still be taken from; null where there is none. */
  private @Nullable HostBook fullest() {
    return planner.books().hosts().stream()
        .filter(book -> !done.contains(book.host().name()))
        .max(
            Comparator.<HostBook>comparingDouble(book -> book.share(0))
                .thenComparing(book -> book.host().name()))
        .orElse(null);
  }

  private double emptiest() {
    return planner.books().hosts().stream()
        .filter(book -> book.host().takesGuests())
        .mapToDouble(book -> book.share(0))
        .min()
        .orElse(1);
  }

  private boolean relieve(HostBook fullest) {
    List<GuestRecord> guests = guestsOf.getOrDefault(fullest.host().name(), List.of());
    List<GuestRecord> cheapestFirst =
        guests.stream()
            .filter(guest -> guest.shape().memoryBytes() > 0)
            .sorted(
                Comparator.<GuestRecord>comparingDouble(
                        guest -> (double) bytes(fullest, guest) / guest.shape().memoryBytes())
                    .thenComparingLong(guest -> -guest.shape().memoryBytes())
                    .thenComparing(GuestRecord::name))
            .toList();
    for (GuestRecord guest : cheapestFirst) {
      if (planner.choose(guest, "") instanceof Choice.To(String host)
          && helps(fullest, guest, host)) {
        tasks.add(NewJobs.task(guest, host));
        guests.remove(guest);
        planner.books().settle(guest, host);
        return true;
      }
    }
    return false;
  }

  /** Whether the destination stays below what the source was: then the two come closer. */
  private boolean helps(HostBook fullest, GuestRecord guest, String host) {
    HostBook destination = planner.books().host(host);
    return destination != null
        && destination.share(guest.shape().memoryBytes()) < fullest.share(0)
        && destination.host().takesGuests();
  }

  private long bytes(HostBook from, GuestRecord guest) {
    return bytesOf.computeIfAbsent(
        guest.name(), _ -> prediction.alone(guest.shape(), from.host(), policy).bytes());
  }
}
