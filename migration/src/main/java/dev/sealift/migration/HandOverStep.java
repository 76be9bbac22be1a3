package dev.sealift.migration;

import java.util.Set;

/**
 * A state of one side's hand-over. The two sides together keep the promise that at no moment the
 * guest may run at both hosts: the destination's COMMITTED comes after the source's FINISHED, and
 * no step leads the source back from there.
 *
 * <pre>
 *   source                                     destination
 *
 *   NEGOTIATING --------------------+
 *        | SEND_START               |
 *   SENDING ------------------------+          RECEIVING ---------+
 *        | pause                    |               | PREPARE     |
 *   PAUSED -------------------------+          PREPARED ----------+--&gt; TORN_DOWN
 *        | PREPARED                 |               |
 *   FINISHING ----------------------+--&gt; STAYED     |
 *        | SEND_FINISH                              |
 *   FINISHED  . . . . . . . . . . . . . . . . . . . | COMMIT
 *        | COMMIT                              COMMITTED ---------+--&gt; LOST
 *   COMMITTED                                       | RECEIVE_FINISH
 *        | RUNNING                             RUNNING
 *   HANDED_OVER
 * </pre>
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

  /** {@code source.FINISHED}: unique among both sides. */
  default String label() {
    return switch (this) {
          case SourceStep _ -> "source.";
          case DestinationStep _ -> "destination.";
        }
        + name();
  }

  /**
   * Reads what {@link #label} writes.
   *
   * @throws IllegalArgumentException if there is no such step
   */
  static HandOverStep parse(String label) {
    if (label.startsWith("source.")) {
      return SourceStep.valueOf(label.substring("source.".length()));
    }
    if (label.startsWith("destination.")) {
      return DestinationStep.valueOf(label.substring("destination.".length()));
    }
    throw new IllegalArgumentException("there is no step " + label);
  }
}
