package dev.sealift.migration.handover;

/** What a source does next. */
public sealed interface SourceDeed {

  /** What is done without a detail. */
  enum Plain implements SourceDeed {
    /** SEND_FINISH, if this host owns the guest; SENT or REFUSED follows. */
    FINISH,
    /**
     * Make the destination the guest's owner. What comes after it is done only if that is done;
     * else UNGRANTED or DISOWNED follows.
     */
    GRANT,
    /** SEND_CANCEL where it is due, the dirty log off, and the guest runs on. */
    COME_BACK,
    /** Say PREPARE. */
    SAY_PREPARE,
    /** Say COMMIT. */
    SAY_COMMIT,
    /** Say ABORT, if there is a connection. */
    SAY_ABORT,
    /**
     * Reach the destination and say RESUME, unless there is a connection; STANDING follows, or it
     * is given up.
     */
    CONNECT,
    /** The guest is the destination's: nothing of it is needed here. */
    DISCARD
  }

  /**
   * Write a step down; from then on it is the step that counts.
   *
   * @param step the step
   */
  record Write(SourceStep step) implements SourceDeed {}
}
