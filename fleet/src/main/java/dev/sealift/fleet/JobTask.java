package dev.sealift.fleet;

/**
 * A guest of a job.
 *
 * @param guest what is to go
 * @param from the host that it was on when the job was made
 * @param to the host that it is to go to; empty while none is chosen, or where none can be
 * @param state how it fares
 * @param attempts how often it was ordered to move, or no host could be found for it
 * @param reason what stands in its way, in a sentence; empty where nothing does
 * @param notBeforeMillis the moment before which it is not tried again, in milliseconds since 1970;
 *     0 where it need not wait
 */
public record JobTask(
    String guest,
    String from,
    String to,
    State state,
    int attempts,
    String reason,
    long notBeforeMillis) {

  /** A guest that need not wait before it is tried. */
  public JobTask(String guest, String from, String to, State state, int attempts, String reason) {
    this(guest, from, to, state, attempts, reason, 0);
  }

  /** How a guest of a job fares. */
  public enum State {
    WAITING,
    MOVING,
    MOVED,
    /** It will not move: its policy, or no host can take it, or it was tried often enough. */
    FAILED,
    CANCELLED
  }

  /** Whether nothing more will come of it. */
  public boolean ended() {
    return state == State.MOVED || state == State.FAILED || state == State.CANCELLED;
  }
}
