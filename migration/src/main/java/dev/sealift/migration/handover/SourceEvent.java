package dev.sealift.migration.handover;

import dev.sealift.migration.wire.Place;

/** What happens to a source during a hand-over. */
public sealed interface SourceEvent {

  /** What happens without a detail. */
  enum Plain implements SourceEvent {
    /** SEND_START is done. */
    STARTED,
    /** The guest stands still. */
    STOPPED,
    /** Everything of the guest is sent. */
    ALL_SENT,
    /** The destination said PREPARED, and means the same guest. */
    PREPARED,
    /** SEND_FINISH is done. */
    SENT,
    /** SEND_FINISH was refused or not asked for, and the guest is not sent. */
    REFUSED,
    /** Nobody knows whether the destination owns the guest now. */
    UNGRANTED,
    /** A third host owns the guest, or nobody does: a person must look. */
    DISOWNED,
    /** Some time has passed since nobody knew. */
    RETRY,
    /** The destination said RUNNING. */
    RUNNING,
    /** The destination said ABORT. */
    ABORT,
    /** The connection to the destination is lost. */
    LOST,
    /** Somebody or something on this side ends the move. */
    CALLED_OFF
  }

  /**
   * On a new connection the destination said where it stands.
   *
   * @param place where
   */
  record Standing(Place place) implements SourceEvent {}

  /**
   * A step could not be written to the journal; what should have followed did not happen.
   *
   * @param step the step
   */
  record Unwritten(SourceStep step) implements SourceEvent {}
}
