package dev.sealift.migration.handover;

/** What happens to a destination during a hand-over. */
public sealed interface DestinationEvent {

  /** What happens without a detail. */
  enum Plain implements DestinationEvent {
    /** The source said PREPARE, and everything of the guest is here and verified. */
    WHOLE,
    /** The source said COMMIT. */
    COMMIT,
    /** The source said ABORT. */
    ABORT,
    /** The source has said nothing for a while, and there is a registry to ask. */
    QUIET,
    /** The registry does not say that this host owns the guest. */
    NOT_OWNED,
    /** On a new connection the source said RESUME. */
    RESUME,
    /** The connection to the source is lost. */
    LOST,
    /** The source did not come back in time. */
    EXPIRED,
    /** Something on this side ends the move. */
    FAILED,
    /** RECEIVE_FINISH is done, and the guest runs. */
    RAN,
    /** The guest could not be run. */
    NOT_RUN,
    /** Some time has passed since it could not be run. */
    RETRY
  }

  /**
   * A step could not be written to the journal; what should have followed did not happen.
   *
   * @param step the step
   */
  record Unwritten(DestinationStep step) implements DestinationEvent {}
}
