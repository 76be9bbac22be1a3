package dev.sealift.cli.fleet;

import dev.sealift.cli.view.FleetAttempt;
import dev.sealift.cli.view.FleetJob;
import dev.sealift.cli.view.FleetTask;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Keeps what is seen of a job from one look to the next: when each guest was ordered to move, and
 * what came of it. What begins and ends between two looks has the times of these.
 */
final class JobDiary {
  private final List<FleetAttempt> attempts = new ArrayList<>();

  /** Where in the list the newest attempt of each guest is. */
  private final Map<String, Integer> newest = new HashMap<>();

  private Instant before;

  JobDiary(Instant began) {
    before = began;
  }

  /** Writes down what is new. */
  void look(Instant now, FleetJob job) {
    job.tasks().forEach(task -> look(now, task));
    before = now;
  }

  /** All attempts so far, in the order in which they were seen. */
  List<FleetAttempt> attempts() {
    return List.copyOf(attempts);
  }

  private void look(Instant now, FleetTask task) {
    Integer place = newest.get(task.guest());
    FleetAttempt last = place == null ? null : attempts.get(place);
    boolean another = last == null || last.attempt() != task.attempts();
    boolean moving = task.state().equals("moving");
    if (place != null && last != null && last.ended() == null && (another || !moving)) {
      boolean itsEnd =
          !another && (task.state().equals("moved") || task.state().equals("cancelled"));
      attempts.set(place, ended(last, now, itsEnd ? task.state() : "failed", task.reason()));
    }
    if (another && task.attempts() > 0) {
      newest.put(task.guest(), attempts.size());
      attempts.add(begun(now, task));
    }
  }

  /** One that is over already was ordered since the last look. */
  private FleetAttempt begun(Instant now, FleetTask task) {
    boolean moving = task.state().equals("moving");
    return new FleetAttempt(
        task.guest(),
        task.from(),
        task.to(),
        task.attempts(),
        moving ? now : before,
        moving ? null : now,
        task.state().equals("waiting") ? "failed" : task.state(),
        moving ? "" : task.reason());
  }

  private static FleetAttempt ended(FleetAttempt open, Instant now, String outcome, String reason) {
    return new FleetAttempt(
        open.guest(),
        open.from(),
        open.to(),
        open.attempt(),
        open.ordered(),
        now,
        outcome,
        outcome.equals("moved") ? "" : reason);
  }
}
