package dev.sealift.interpose;

/**
 * Is told of the SEV ioctls of a program and of all that it starts: each one before it is answered,
 * while its caller waits. The calls come from one thread, one call after the other.
 */
public interface SevCallObserver {

  /** Wants to know nothing. */
  SevCallObserver NONE =
      new SevCallObserver() {
        @Override
        public Ending begins(SevCall call) {
          return _ -> {};
        }

        @Override
        public void vmEnded(int vm) {}
      };

  /** Is told how a call ended. */
  @FunctionalInterface
  interface Ending {

    /** The result is there, and the caller still waits for it. */
    void ends(Outcome outcome);
  }

  /**
   * How a call ended.
   *
   * @param result zero or more, or a negative errno; nothing if {@code seen} is false
   * @param seen false where the real kernel answered and what it said could not be seen
   * @param nanos how long the answer took, in nanoseconds
   */
  record Outcome(int result, boolean seen, long nanos) {}

  /** A call begins. What it has in memory now, it may overwrite. */
  Ending begins(SevCall call);

  /** No process has a VM open any more. */
  void vmEnded(int vm);
}
