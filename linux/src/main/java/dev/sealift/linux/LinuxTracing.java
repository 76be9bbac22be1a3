package dev.sealift.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.sealift.abi.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * ptrace(2), as much of it as it takes to see what one system call of another thread returns. All
 * calls about a thread come from the platform thread that has seized it.
 */
public final class LinuxTracing {
  /** A number of x86-64 (asm/unistd_64.h): libc's function of this name hides the result. */
  private static final long SYS_PTRACE = 101;

  /** Requests (linux/ptrace.h). */
  private static final long GETREGS = 12;

  private static final long DETACH = 17;
  private static final long SEIZE = 0x4206;
  private static final long INTERRUPT = 0x4207;

  /** waitid(2) (linux/wait.h): a thread by its number; its end or a stop; only to look. */
  private static final int P_PID = 1;

  private static final int WEXITED = 4;
  private static final int WSTOPPED = 2;
  private static final int WNOWAIT = 0x0100_0000;
  private static final int WNOTHREAD = 0x2000_0000;
  private static final int WALL = 0x4000_0000;

  /** siginfo_t (asm-generic/siginfo.h): its size, and where it says what happened and how. */
  private static final int SIGINFO_SIZE = 128;

  private static final int CODE = 8;
  private static final int STATUS = 24;

  /** A stop of a traced thread, in a siginfo_t. */
  private static final int CLD_TRAPPED = 4;

  private static final int CLD_STOPPED = 5;

  /** struct user_regs_struct (sys/user.h): its size, and what the system call returned. */
  private static final int REGISTERS_SIZE = 27 * Long.BYTES;

  private static final int RAX = 10 * Long.BYTES;

  /** Above the signal where a stop is not the delivery of one. */
  private static final int EVENT_SHIFT = 8;

  private final Errnos errnos = new Errnos();
  private final MethodHandle syscall;
  private final MethodHandle waitid;

  private LinuxTracing(LibC libc) throws LinuxUnavailableException {
    syscall =
        libc.failingVariadic(
            "syscall", 1, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS);
    waitid = libc.failing("waitid", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  }

  /**
   * The threads of this machine.
   *
   * @throws LinuxUnavailableException if this is not Linux on x86-64, or Java refuses native access
   */
  public static LinuxTracing open() throws LinuxUnavailableException {
    return new LinuxTracing(LibC.open());
  }

  /**
   * A stop of a traced thread.
   *
   * @param signal the signal that is being delivered, 0 if none is
   */
  public record Stop(int signal) {}

  /**
   * Traces a thread, which runs on, and has it stop before it next runs code of its own: a system
   * call that it is in returns first. Returns 0 or a negative errno.
   */
  public int stopAfterCall(int thread) {
    int seized = request(SEIZE, thread, MemorySegment.NULL);
    if (seized == 0) {
      // Refused to one that is about to end, which is told by await.
      request(INTERRUPT, thread, MemorySegment.NULL);
    }
    return seized;
  }

  /**
   * Waits until a traced thread has stopped or ended.
   *
   * @param bury whether its end is taken, without which nobody else learns of it; a process that
   *     this one has started is left to whoever waits for it here
   * @return how it stopped; null if it has ended
   */
  public @Nullable Stop await(int thread, boolean bury) {
    int code = change(thread, WSTOPPED | WEXITED | WNOWAIT, CODE);
    if (code == CLD_TRAPPED || code == CLD_STOPPED) {
      int status = change(thread, WSTOPPED, STATUS);
      return status < 0 ? null : new Stop(status >>> EVENT_SHIFT == 0 ? status : 0);
    }
    if (code >= 0 && bury) {
      change(thread, WEXITED, CODE);
    }
    return null;
  }

  /** What the last system call of a stopped thread returned. */
  public long result(int thread) {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment registers = call.allocate(REGISTERS_SIZE, Long.BYTES);
      int result = request(GETREGS, thread, registers);
      return result < 0 ? result : registers.get(JAVA_LONG, RAX);
    }
  }

  /**
   * Lets a stopped thread run on, untraced, with the signal that was being delivered.
   *
   * @param bury as of {@link #await}, should it have been killed while it stood
   */
  public void release(int thread, Stop stop, boolean bury) {
    int result = request(DETACH, thread, MemorySegment.ofAddress(stop.signal()));
    if (result == Errno.ESRCH.negated() && bury) {
      change(thread, WEXITED, CODE);
    }
  }

  /** Waits for one; a field of what is told of it, or a negative errno. */
  private int change(int thread, int options, int field) {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment info = call.allocate(SIGINFO_SIZE, Long.BYTES);
      int result = waitFor(thread, info, options);
      return result < 0 ? result : info.get(JAVA_INT, field);
    }
  }

  private int waitFor(int thread, MemorySegment info, int options) {
    // waitid(2) writes the siginfo_t while it runs.
    try {
      MemorySegment errno = errnos.state();
      long result;
      do {
        result =
            Errnos.kernelResult(
                (int) waitid.invokeExact(errno, P_PID, thread, info, options | WALL | WNOTHREAD),
                errno);
      } while (result == Errno.EINTR.negated());
      return (int) result;
    } catch (Throwable thrown) {
      throw Errnos.impossible(thrown);
    }
  }

  private int request(long request, int thread, MemorySegment data) {
    // GETREGS writes the registers while it runs; the others touch no memory of ours.
    try {
      MemorySegment errno = errnos.state();
      long result = (long) syscall.invokeExact(errno, SYS_PTRACE, request, (long) thread, 0L, data);
      return (int) Errnos.kernelResult(result, errno);
    } catch (Throwable thrown) {
      throw Errnos.impossible(thrown);
    }
  }
}
