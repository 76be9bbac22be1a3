package dev.sealift.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * seccomp(2): a filter in front of the system calls of the calling thread, and of every thread and
 * process that it starts afterwards. A filter cannot be taken off again, so this belongs on a
 * platform thread that is started for it and does nothing else.
 */
public final class LinuxSeccomp {
  /** Bytes of a struct sock_filter: code (2), jump if true (1), jump if false (1), constant (4). */
  public static final int INSTRUCTION_SIZE = 8;

  /** A number of x86-64 (asm/unistd_64.h), for which libc has no function. */
  private static final long SYS_SECCOMP = 317;

  /** PR_SET_NO_NEW_PRIVS (linux/prctl.h). */
  private static final int PR_SET_NO_NEW_PRIVS = 38;

  /** SECCOMP_SET_MODE_FILTER (linux/seccomp.h). */
  private static final long SET_MODE_FILTER = 1;

  /** Bytes of a struct sock_fprog: count of instructions (2), padding (6), their address (8). */
  private static final int PROGRAM_SIZE = 16;

  private final Errnos errnos = new Errnos();
  private final MethodHandle prctl;
  private final MethodHandle syscall;

  private LinuxSeccomp(LibC libc) throws LinuxUnavailableException {
    prctl =
        libc.failingVariadic(
            "prctl", 1, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    syscall =
        libc.failingVariadic("syscall", 1, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS);
  }

  /**
   * The filters of this process's threads.
   *
   * @throws LinuxUnavailableException if this is not Linux on x86-64, or Java refuses native access
   */
  public static LinuxSeccomp open() throws LinuxUnavailableException {
    return new LinuxSeccomp(LibC.open());
  }

  /**
   * prctl(PR_SET_NO_NEW_PRIVS): this thread, and what it starts, gains no privileges by exec any
   * more, without which only root may install a filter. Returns 0 or a negative errno.
   */
  public int renouncePrivileges() {
    // This prctl(2) touches no memory of ours.
    try {
      MemorySegment errno = errnos.state();
      int result = (int) prctl.invokeExact(errno, PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L);
      return (int) Errnos.kernelResult(result, errno);
    } catch (Throwable thrown) {
      throw Errnos.impossible(thrown);
    }
  }

  /**
   * seccomp(SECCOMP_SET_MODE_FILTER).
   *
   * @param instructions an array of struct sock_filter in native memory
   * @param flags the SECCOMP_FILTER_FLAG_ constants (linux/seccomp.h)
   * @return 0, or the listener's descriptor where the flags ask for one; or a negative errno
   */
  public int filter(MemorySegment instructions, int flags) {
    // seccomp(2) reads the program and its instructions while it runs; it keeps a copy.
    try (Arena call = Arena.ofConfined()) {
      MemorySegment errno = errnos.state();
      MemorySegment program = call.allocate(PROGRAM_SIZE, Long.BYTES);
      program.set(JAVA_SHORT, 0, (short) (instructions.byteSize() / INSTRUCTION_SIZE));
      program.set(ADDRESS, Long.BYTES, instructions);
      long result =
          (long)
              syscall.invokeExact(
                  errno, SYS_SECCOMP, SET_MODE_FILTER, Integer.toUnsignedLong(flags), program);
      return (int) Errnos.kernelResult(result, errno);
    } catch (Throwable thrown) {
      throw Errnos.impossible(thrown);
    }
  }
}
