package dev.sealift.cli.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A job of a fleet: guests that are to leave where they are.
 *
 * @param id by which it is cancelled
 * @param kind evacuate, move or rebalance
 * @param subject the host to be emptied, or empty
 * @param state under-way, cancelling or ended
 * @param secondsLeft until it ends, if all goes as planned; null where nobody knows
 * @param tasks a guest each
 */
public record FleetJob(
    String id,
    String kind,
    String subject,
    String state,
    @Nullable Double secondsLeft,
    List<FleetTask> tasks) {
  public FleetJob {
    tasks = List.copyOf(tasks);
  }

  /** Guests that fare so. */
  public long count(String taskState) {
    return tasks.stream().filter(task -> task.state().equals(taskState)).count();
  }

  /** Whether nothing more will come of it. */
  public boolean ended() {
    return state.equals("ended");
  }
}
