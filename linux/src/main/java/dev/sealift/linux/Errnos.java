package dev.sealift.linux;

import dev.sealift.abi.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/**
 * Where the errno of a call is caught before the virtual machine can overwrite it. A thread has one
 * call under way at a time, so a segment per thread and owner gives each call its own; a fresh one
 * per call costs as much again as a short system call.
 */
final class Errnos {
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  @SuppressWarnings("ThreadLocalUsage") // one per owner, so that owners share nothing
  private final ThreadLocal<MemorySegment> states =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(STATE));

  static Linker.Option capture() {
    return Linker.Option.captureCallState("errno");
  }

  /** The segment for the next call of this thread. */
  MemorySegment state() {
    return states.get();
  }

  /** A result of libc as the kernel gave it: a negative errno on failure. */
  static long kernelResult(long result, MemorySegment state) {
    return result == -1 ? new Errno((int) ERRNO.get(state, 0L)).negated() : result;
  }

  /** What a downcall can never do, since no handle of this module throws. */
  static AssertionError impossible(Throwable thrown) {
    return new AssertionError("a function of libc threw", thrown);
  }
}
