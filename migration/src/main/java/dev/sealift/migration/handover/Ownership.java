package dev.sealift.migration.handover;

/** Who may run a guest, where somebody else than the two hosts' journals remembers it. */
public interface Ownership {

  /** What a question about a guest, or a grant of it, came to. */
  enum Answer {
    YES,
    NO,
    /** Nobody answered, or nobody knows whether it was done. */
    UNKNOWN
  }

  /** No registry: the journals alone decide. */
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
      };

  /**
   * Whether this host owns the guest: a source asks before SEND_FINISH, a destination before it
   * runs the guest.
   */
  Answer holds(String guest);

  /**
   * A source says after SEND_FINISH that another host owns the guest from now on. Done again it
   * changes nothing.
   *
   * @param peerKey that host's TLS key, {@code sha256:} and 64 hexadecimal digits
   */
  Answer grant(String guest, String peerKey);
}
