package dev.sealift.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Whether the memory of this process is written to a core dump when it dies, and whether others of
 * its user may look into it while it lives. Sources: prctl(2), PR_SET_DUMPABLE; setrlimit(2);
 * core(5); ptrace(2), access mode checking.
 */
public final class LinuxCoreDumps {
  /** PR_GET_DUMPABLE and PR_SET_DUMPABLE (linux/prctl.h). */
  private static final int PR_GET_DUMPABLE = 3;

  private static final int PR_SET_DUMPABLE = 4;

  /** RLIMIT_CORE (asm-generic/resource.h). */
  private static final int RLIMIT_CORE = 4;

  /** Bytes of a struct rlimit: the limit in force (8), the one it may be raised to (8). */
  private static final int LIMITS_SIZE = 16;

  private final Errnos errnos = new Errnos();
  private final MethodHandle prctl;
  private final MethodHandle getrlimit;
  private final MethodHandle setrlimit;

  private LinuxCoreDumps(LibC libc) throws LinuxUnavailableException {
    prctl =
        libc.failingVariadic(
            "prctl", 1, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    getrlimit = libc.failing("getrlimit", JAVA_INT, JAVA_INT, ADDRESS);
    setrlimit = libc.failing("setrlimit", JAVA_INT, JAVA_INT, ADDRESS);
  }

  /**
   * The dumps of this process.
   *
   * @throws LinuxUnavailableException if this is not Linux on x86-64, or Java refuses native access
   */
  public static LinuxCoreDumps open() throws LinuxUnavailableException {
    return new LinuxCoreDumps(LibC.open());
  }

  /**
   * From here on this process leaves no core dump, neither in a file nor to a program that collects
   * them, and no process without CAP_SYS_PTRACE reads its memory or attaches to it. What it starts
   * by exec is dumped as its own limit says, which is 0 unless it raises it.
   *
   * @return 0, or a negative errno
   */
  public int forbid() {
    int limited = limitToNothing();
    // A collecting program is not held off by a limit of 0, but by this.
    int hidden = prctl(PR_SET_DUMPABLE, 0);
    return limited < 0 ? limited : hidden;
  }

  /** Whether a core dump would be written and others of the same user may look in. */
  public boolean allowed() {
    return prctl(PR_GET_DUMPABLE, 0) != 0;
  }

  private int prctl(int option, long argument) {
    try {
      MemorySegment errno = errnos.state();
      int result = (int) prctl.invokeExact(errno, option, argument, 0L, 0L, 0L);
      return (int) Errnos.kernelResult(result, errno);
    } catch (Throwable thrown) {
      throw Errnos.impossible(thrown);
    }
  }

  /** The limit that may be reached again stays, so that a child can have its dumps. */
  private int limitToNothing() {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment errno = errnos.state();
      MemorySegment limits = call.allocate(LIMITS_SIZE, Long.BYTES);
      int result = (int) getrlimit.invokeExact(errno, RLIMIT_CORE, limits);
      if (result == 0) {
        limits.set(JAVA_LONG, 0, 0);
        result = (int) setrlimit.invokeExact(errno, RLIMIT_CORE, limits);
      }
      return (int) Errnos.kernelResult(result, errno);
    } catch (Throwable thrown) {
      throw Errnos.impossible(thrown);
    }
  }
}
