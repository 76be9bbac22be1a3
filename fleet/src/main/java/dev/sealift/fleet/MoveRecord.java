package dev.sealift.fleet;

import org.jspecify.annotations.Nullable;

/**
 * An order to move a guest, and what its source says of it. The coordinator writes the order once,
 * in the state ORDERED; from then on the source alone writes it, but for CANCEL.
 *
 * @param guest what is moved
 * @param job for which
 * @param attempt counted from 1 for a guest in a job
 * @param source the host that is to send it
 * @param destination the host that it goes to
 * @param bytesPerSecond what the move may use of the link; 0 for all
 * @param downtimeMillis how long the guest may stand still
 * @param state how far it is
 * @param cancel whether the coordinator wants it called off
 * @param bytesLeft what is still to be sent of the round under way; null where nobody knows
 * @param secondsLeft until the guest runs at the destination; null where nobody knows
 * @param reason why it failed, in a sentence; empty where it did not
 */
public record MoveRecord(
    String guest,
    String job,
    int attempt,
    String source,
    String destination,
    long bytesPerSecond,
    long downtimeMillis,
    State state,
    boolean cancel,
    @Nullable Long bytesLeft,
    @Nullable Double secondsLeft,
    String reason) {

  /** How far a move is. */
  public enum State {
    /** Its source has not seen it yet. */
    ORDERED,
    /** Its source moves the guest. */
    MOVING,
    /** The destination owns the guest. */
    DONE,
    /** The guest is still its source's. */
    FAILED
  }

  /** Whether nothing more will come of it. */
  public boolean ended() {
    return state == State.DONE || state == State.FAILED;
  }

  /** The same order, which its source has taken up. */
  public MoveRecord moving(@Nullable Long left, @Nullable Double seconds) {
    return with(State.MOVING, left, seconds, "");
  }

  /** The same order, whose guest is the destination's. */
  public MoveRecord done() {
    return with(State.DONE, 0L, 0.0, "");
  }

  /** The same order, whose guest is still its source's. */
  public MoveRecord failed(String why) {
    return with(State.FAILED, null, null, why);
  }

  /** The same order, which the coordinator wants called off. */
  public MoveRecord calledOff() {
    return with(state, true, bytesLeft, secondsLeft, reason);
  }

  private MoveRecord with(State next, @Nullable Long left, @Nullable Double seconds, String why) {
    return with(next, cancel, left, seconds, why);
  }

  private MoveRecord with(
      State next, boolean off, @Nullable Long left, @Nullable Double seconds, String why) {
    return new MoveRecord(
        guest,
        job,
        attempt,
        source,
        destination,
        bytesPerSecond,
        downtimeMillis,
        next,
        off,
        left,
        seconds,
        why);
  }
}
