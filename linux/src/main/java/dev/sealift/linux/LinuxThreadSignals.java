package dev.sealift.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.sealift.abi.Errno;
import dev.sealift.abi.ThreadSignals;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Signals between threads of this process, through libc. No handler is ever installed: a signal
 * that is sent here must be blocked in the thread it is sent to ({@link #block}), else the kernel
 * ends the process.
 *
 * <p>Threads are those of the kernel, so {@link #currentThread}, {@link #block} and {@link #take}
 * belong on a platform thread.
 */
public final class LinuxThreadSignals implements ThreadSignals {
  /** Numbers of x86-64 (asm/unistd_64.h); libc had no names for these two before glibc 2.30. */
  private static final long SYS_GETTID = 186;

  private static final long SYS_TGKILL = 234;

  private static final int SIG_BLOCK = 0;
  private static final int SIGNALS = 64;

  /** Bytes of sigset_t and of struct timespec. */
  private static final int SIGSET_SIZE = 128;

  private static final int TIMESPEC_SIZE = 16;

  private final Errnos errnos = new Errnos();
  private final long process = ProcessHandle.current().pid();
  private final MethodHandle syscall;
  private final MethodHandle sigmask;
  private final MethodHandle sigtimedwait;

  private LinuxThreadSignals(LibC libc) throws LinuxUnavailableException {
    syscall =
        libc.failingVariadic("syscall", 1, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    sigmask = libc.function("pthread_sigmask", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
    sigtimedwait = libc.failing("sigtimedwait", JAVA_INT, ADDRESS, ADDRESS, ADDRESS);
  }

  /**
   * The signals of this process.
   *
   * @throws LinuxUnavailableException if this is not Linux on x86-64, or Java refuses native access
   */
  public static LinuxThreadSignals open() throws LinuxUnavailableException {
    return new LinuxThreadSignals(LibC.open());
  }

  @Override
  public int currentThread() {
    return syscall(SYS_GETTID, 0, 0, 0);
  }

  @Override
  public int block(int signal) {
    if (!exists(signal)) {
      return Errno.EINVAL.negated();
    }
    // pthread_sigmask(3) reads the set while it runs, and writes nothing: no old set is asked for.
    try (Arena call = Arena.ofConfined()) {
      int errno = (int) sigmask.invokeExact(SIG_BLOCK, set(call, signal), MemorySegment.NULL);
      return -errno;
    } catch (Throwable thrown) {
      throw Errnos.impossible(thrown);
    }
  }

  @Override
  public int send(int thread, int signal) {
    return exists(signal) ? syscall(SYS_TGKILL, process, thread, signal) : Errno.EINVAL.negated();
  }

  @Override
  public int take(int signal) {
    if (!exists(signal)) {
      return Errno.EINVAL.negated();
    }
    // sigtimedwait(2) reads the set and a timeout of zero while it runs, and writes nothing: no
    // siginfo is asked for.
    try (Arena call = Arena.ofConfined()) {
      MemorySegment errno = errnos.state();
      int result =
          (int)
              sigtimedwait.invokeExact(
                  errno,
                  set(call, signal),
                  MemorySegment.NULL,
                  call.allocate(TIMESPEC_SIZE, Long.BYTES));
      return (int) Errnos.kernelResult(result, errno);
    } catch (Throwable thrown) {
      throw Errnos.impossible(thrown);
    }
  }

  private int syscall(long number, long first, long second, long third) {
    // Neither gettid(2) nor tgkill(2) touches memory.
    try {
      MemorySegment errno = errnos.state();
      long result = (long) syscall.invokeExact(errno, number, first, second, third);
      return (int) Errnos.kernelResult(result, errno);
    } catch (Throwable thrown) {
      throw Errnos.impossible(thrown);
    }
  }

  /** Signal 0 is only a question to tgkill, and the set has one bit for each of 1 to 64. */
  private static boolean exists(int signal) {
    return signal >= 1 && signal <= SIGNALS;
  }

  private static MemorySegment set(Arena call, int signal) {
    MemorySegment set = call.allocate(SIGSET_SIZE, Long.BYTES);
    set.set(JAVA_LONG, 0, 1L << (signal - 1));
    return set;
  }
}
