package dev.sealift.fleet;

import java.util.List;

/**
 * Guests that are to leave where they are. It is a record in the registry, so that any coordinator
 * can go on with it.
 *
 * @param id unique
 * @param kind what was asked for
 * @param subject the host to be emptied, or empty
 * @param policy how
 * @param state whether it goes on
 * @param tasks a guest each; 1 to {@link #MOST_TASKS}
 */
public record Job(
    String id, Kind kind, String subject, JobPolicy policy, State state, List<JobTask> tasks) {

  /** So many fit into one record of a registry. */
  public static final int MOST_TASKS = 2048;

  public Job {
    tasks = List.copyOf(tasks);
    if (tasks.size() > MOST_TASKS) {
      throw new IllegalArgumentException(
          "a job has up to %d guests: not %d".formatted(MOST_TASKS, tasks.size()));
    }
  }

  /** The same job, of which nothing new begins. */
  public Job cancelling() {
    return new Job(id, kind, subject, policy, State.CANCELLING, tasks);
  }

  /** What was asked for. */
  public enum Kind {
    EVACUATE,
    MOVE,
    REBALANCE
  }

  /** Whether a job goes on. */
  public enum State {
    UNDER_WAY,
    /** Nothing new begins; what moves is called off where it still can be. */
    CANCELLING,
    /** Nothing more will come of it; its tasks say how each guest fared. */
    ENDED
  }
}
