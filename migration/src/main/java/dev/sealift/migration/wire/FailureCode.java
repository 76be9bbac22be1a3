package dev.sealift.migration.wire;

/** Why a move ended before its guest ran at the destination, as ABORT carries it (u16). */
public enum FailureCode {
  /** The two hosts share no version of the protocol. */
  NO_COMMON_VERSION(1),
  /**
   * Bytes that the protocol does not allow: an unknown type, a length out of bounds, a bad field.
   */
  MALFORMED(2),
  /** A message that is well formed but not due now. */
  OUT_OF_TURN(3),
  /** The peer's TLS certificate, or the lack of one. */
  PEER_NOT_TRUSTED(4),
  /** A platform's certificates do not lead to a root that the other host trusts. */
  CHAIN_REFUSED(5),
  /** The guest's policy, or one host's policy for the other, forbids the move. */
  POLICY_REFUSED(6),
  /** The destination cannot take this guest. */
  GUEST_REFUSED(7),
  /** A batch's seal or a packet's MAC does not hold: changed, replayed, reordered or dropped. */
  PACKET_REFUSED(8),
  /** Pages or counts are missing. */
  INCOMPLETE(9),
  /** The peer fell silent. */
  TIMED_OUT(10),
  /** A connection was lost. */
  LINK_LOST(11),
  /** The host's kernel or Secure Processor refused a command. */
  HOST_FAILED(12),
  /** A step of the hand-over could not be written down. */
  JOURNAL_FAILED(13),
  /** Somebody called the move off. */
  CANCELLED(14),
  /** The guest has not said that it may be moved, or has taken it back. */
  GUEST_NOT_READY(15),
  /** The two hosts have not seen the same pages. */
  MANIFEST_DIFFERS(16),
  /** It was a dry run: nothing stood in the way, and nothing was to move. */
  DRY_RUN(17),
  /** The registry does not say that the guest is its source's to give away, or does not answer. */
  NOT_OWNED(18),
  /** A reason that this version has no name for. */
  OTHER(255);

  private final int number;

  FailureCode(int number) {
    this.number = number;
  }

  /** The number on the wire. */
  public int number() {
    return number;
  }

  /**
   * The one with this number; {@link #OTHER} where there is none, so that an ABORT always aborts.
   */
  public static FailureCode of(int number) {
    for (FailureCode code : values()) {
      if (code.number == number) {
        return code;
      }
    }
    return OTHER;
  }
}
