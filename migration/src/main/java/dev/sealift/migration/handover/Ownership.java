package dev.sealift.migration.handover;

/**
 * Who owns the guests, where somebody beside the two hosts of a move knows: a registry, which is
 * asked on behalf of one host. A guest has one owner, and no other host may run it.
 *
 * <p>Only the owner gives a guest away, to the host that it has handed it to ({@link #grant}): that
 * is what commits a hand-over. An answer may take as long as an implementation's own time limit; a
 * guest stands still meanwhile. Thread-safe.
 */
public interface Ownership {

  /** What a registry says. */
  enum Answer {
    /** It is so, or it is done. */
    YES,
    /** It is not so, or it cannot be. */
    NO,
    /** Nobody answered, or nobody knows whether it was done. */
    UNKNOWN
  }

  /** No registry: the journals of the two hosts alone decide, and every answer is YES. */
  Ownership JOURNALS =
      new Ownership() {
        @Override
        public Answer holds(String guest) {
          return Answer.YES;
        }

        @Override
        public Answer grant(String guest, String peerKey) {
          return Answer.YES;
        }

        @Override
        public String toString() {
          return "journals";
        }
      };

  /**
   * Whether this host owns a guest: a source asks before SEND_FINISH, a destination before it runs
   * the guest.
   *
   * @param guest its name
   */
  Answer holds(String guest);

  /**
   * Gives a guest of this host away; done again, it changes nothing. A source does so after
   * SEND_FINISH.
   *
   * @param guest its name
   * @param peerKey the key in the TLS certificate of the host that owns it from now on: {@code
   *     sha256:} and 64 lower-case hexadecimal digits
   * @return YES if that host owns it; NO if neither does, and a person must look; UNKNOWN if it may
   *     be done or not, or may still be
   */
  Answer grant(String guest, String peerKey);

  /**
   * Whether a guest could be given to a host: a source asks before the move begins, so that no
   * guest is finished that then cannot be given away.
   *
   * @param peerKey as in {@link #grant}
   */
  default Answer knows(String peerKey) {
    return Answer.YES;
  }

  /**
   * Whether another host owns a guest: a destination asks before it takes the guest in, so that
   * nobody hands over what is not its own.
   *
   * @param guest its name
   * @param peerKey that host's key, as in {@link #grant}
   */
  default Answer isHeldBy(String guest, String peerKey) {
    return Answer.YES;
  }

  /**
   * Whether there is a registry. Without one a destination runs a guest on its source's word alone,
   * and must never ask by itself: {@link #JOURNALS} would say YES.
   */
  default boolean isRegistry() {
    return this != JOURNALS;
  }
}
