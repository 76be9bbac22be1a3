package dev.sealift.migration.handover;

/** What a restarted host finds of a guest that was moving: the Secure Processor's word for it. */
public enum Copy {
  /** No such guest is on this host. */
  ABSENT,
  /** RECEIVE_START is done, RECEIVE_FINISH is not: it cannot run yet. */
  RECEIVING,
  /** It can run here. */
  RUNNABLE,
  /** SEND_FINISH is done: it can never run here again. */
  SENT
}
