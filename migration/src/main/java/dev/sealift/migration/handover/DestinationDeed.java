package dev.sealift.migration.handover;

/** What a destination does next. */
public sealed interface DestinationDeed {

  /** What is done without a detail. */
  enum Plain implements DestinationDeed {
    /**
     * Ask whether this host owns the guest. What comes after it is done only if it does; else
     * NOT_OWNED follows.
     */
    ASK,
    /** RECEIVE_FINISH where it is due, and the guest runs; RAN or NOT_RUN follows. */
    RUN,
    /** Close what was received. */
    TEAR_DOWN,
    /** Say PREPARED. */
    SAY_PREPARED,
    /** Say RUNNING. */
    SAY_RUNNING,
    /** Say ABORT. */
    SAY_ABORT,
    /** Say STANDING: {@link DestinationRules#place} of the step that counts now. */
    SAY_STANDING
  }

  /**
   * Write a step down; from then on it is the step that counts.
   *
   * @param step the step
   */
  record Write(DestinationStep step) implements DestinationDeed {}
}
