package dev.sealift.interpose;

import java.util.function.BooleanSupplier;

/**
 * An ioctl that a filter stopped.
 *
 * @param thread the calling thread, as Linux numbers it
 * @param fd its descriptor
 * @param request the ioctl's number
 * @param argument its argument, mostly an address of the caller's
 * @param waits whether the caller still waits for the answer; if not, its number may be another's
 */
record StoppedCall(int thread, int fd, int request, long argument, BooleanSupplier waits) {

  /** Who answers. */
  interface Answerer {

    /** An answer that is none: let the kernel do as if nothing had stopped the call. */
    int PASS = Integer.MIN_VALUE;

    /** Zero or more, a negative errno, or {@link #PASS}. */
    int answer(StoppedCall call);

    /** The kernel has been told to do as if nothing had stopped this call. */
    default void passed(StoppedCall call) {}

    /** After how long without a call {@link #idle} is to be called, in milliseconds; -1: never. */
    default int patienceMillis() {
      return -1;
    }

    /** Nobody has called for a while. */
    default void idle() {}

    /** Nobody can call any more. */
    default void end() {}
  }
}
