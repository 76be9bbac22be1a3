package dev.sealift.migration.handover;

import java.util.Set;

/**
 * A step of one side's hand-over. The two sides together keep the promise that at no moment the
 * guest may run at both hosts: the destination's COMMITTED comes after the source's FINISHED, and
 * no step leads the source back from there.
 *
 * <pre>
 *   source                                     destination
 *
 *   NEGOTIATING --------------------+
 *        | SEND_START               |
 *   SENDING ------------------------+          RECEIVING ---------+
 *        | pause                    |               |             |
 *   PAUSED -------------------------+--&gt; STAYED     |             |
 *        | everything is sent              ^        | PREPARE     |
 *   PREPARING ---------------+--&gt; WITHDRAWN       PREPARED -------+--&gt; TORN_DOWN
 *        | PREPARED          |                      |    (only if the source says so)
 *   FINISHING ---------------+                      |
 *        | SEND_FINISH                              |
 *   FINISHED  . . . . . . . . . . . . . . . . . . . | COMMIT
 *        | COMMIT                              COMMITTED ---------+--&gt; LOST
 *   COMMITTED                                       | RECEIVE_FINISH   |
 *        | RUNNING                             RUNNING &lt;-----------------+
 *   HANDED_OVER
 * </pre>
 *
 * <p>Where there is a registry ({@link Ownership}), the guest changes its owner between the
 * source's FINISHED and COMMITTED, and the destination's COMMITTED comes after that, with COMMIT or
 * without.
 */
public sealed interface HandOverStep permits SourceStep, DestinationStep {

  /** The step's name, unique on its side. */
  String name();

  /** The steps that may follow. */
  Set<? extends HandOverStep> next();

  /** Whether this host may run the guest in this step. */
  boolean mayRunHere();

  /** Whether the step must have reached the disk before anything else happens. */
  boolean isDurable();

  /** Whether nothing of the hand-over is left to do for this side. */
  default boolean isLast() {
    return next().isEmpty();
  }

  /** Whose step it is. */
  Side side();

  /** {@code source.FINISHED}: unique among both sides. */
  default String label() {
    return side().word() + "." + name();
  }

  /**
   * Reads what {@link #label} writes.
   *
   * @throws IllegalArgumentException if there is no such step
   */
  static HandOverStep parse(String label) {
    for (Side side : Side.values()) {
      String prefix = side.word() + ".";
      if (label.startsWith(prefix)) {
        String name = label.substring(prefix.length());
        return side == Side.SOURCE ? SourceStep.valueOf(name) : DestinationStep.valueOf(name);
      }
    }
    throw new IllegalArgumentException("there is no step " + label);
  }
}
