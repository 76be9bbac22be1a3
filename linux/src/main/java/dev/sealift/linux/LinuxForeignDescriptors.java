package dev.sealift.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.sealift.abi.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The descriptors of other processes: pidfd_getfd(2) and kcmp(2). Whoever may trace a process may
 * do this.
 */
public final class LinuxForeignDescriptors {
  /** Numbers of x86-64 (asm/unistd_64.h): libc has no functions for them, or only lately. */
  private static final long SYS_KCMP = 312;

  private static final long SYS_PIDFD_OPEN = 434;
  private static final long SYS_CLOSE_RANGE = 436;
  private static final long SYS_PIDFD_GETFD = 438;

  /** KCMP_FILE (linux/kcmp.h). */
  private static final long KCMP_FILE = 0;

  /** CLOSE_RANGE_CLOEXEC (linux/close_range.h). */
  private static final long CLOSE_ON_EXEC = 1 << 2;

  private static final long ALL = 0xFFFF_FFFFL;

  private final Errnos errnos = new Errnos();
  private final long process = ProcessHandle.current().pid();
  private final MethodHandle syscall;
  private final MethodHandle close;
  private final MethodHandle poll;

  private LinuxForeignDescriptors(LibC libc) throws LinuxUnavailableException {
    syscall =
        libc.failingVariadic(
            "syscall", 1, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
            JAVA_LONG);
    close = libc.failing("close", JAVA_INT, JAVA_INT);
    poll = libc.failing("poll", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
  }

  /**
   * The descriptors of this machine's processes.
   *
   * @throws LinuxUnavailableException if this is not Linux on x86-64, or Java refuses native access
   */
  public static LinuxForeignDescriptors open() throws LinuxUnavailableException {
    return new LinuxForeignDescriptors(LibC.open());
  }

  /**
   * A descriptor of this process for what another one has open, which stays open until both have
   * closed it.
   *
   * @param pid a process, none of its threads
   * @return the descriptor, which is closed on exec, or a negative errno
   */
  public int take(int pid, int fd) {
    int handle = call(SYS_PIDFD_OPEN, pid, 0, 0, 0);
    if (handle < 0) {
      return handle;
    }
    int taken = call(SYS_PIDFD_GETFD, handle, fd, 0, 0);
    close(handle);
    return taken;
  }

  /**
   * Whether a descriptor of another process is the same open file as one of this process: opened
   * once, and passed on since.
   */
  public boolean isSame(int pid, int fd, int own) {
    return call(SYS_KCMP, pid, process, KCMP_FILE, Integer.toUnsignedLong(fd), own) == 0;
  }

  /**
   * Lets no program that this process starts have a descriptor of its own from this one upwards.
   * Returns 0 or a negative errno.
   */
  public int closeOnExec(int first) {
    return call(SYS_CLOSE_RANGE, first, ALL, CLOSE_ON_EXEC, 0);
  }

  /**
   * Waits until a process has ended, all its threads; it is not reaped by that. Returns at once if
   * there is no such process.
   */
  public void awaitEnd(int pid) {
    int handle = call(SYS_PIDFD_OPEN, pid, 0, 0, 0);
    if (handle < 0) {
      return;
    }
    // poll(2) reads and writes one struct pollfd while it runs.
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = errnos.state();
      MemorySegment pollfd = arena.allocate(LinuxDescriptors.POLLFD_SIZE, Integer.BYTES);
      pollfd.set(JAVA_INT, 0, handle);
      pollfd.set(JAVA_SHORT, Integer.BYTES, (short) LinuxDescriptors.POLLIN);
      long result;
      do {
        result = Errnos.kernelResult((int) poll.invokeExact(errno, pollfd, 1L, -1), errno);
      } while (result == Errno.EINTR.negated());
    } catch (Throwable thrown) {
      throw Errnos.impossible(thrown);
    } finally {
      close(handle);
    }
  }

  private int call(long number, long first, long second, long third, long fourth) {
    return call(number, first, second, third, fourth, 0);
  }

  private int call(long number, long first, long second, long third, long fourth, long fifth) {
    // None of these system calls touches memory.
    try {
      MemorySegment errno = errnos.state();
      long result = (long) syscall.invokeExact(errno, number, first, second, third, fourth, fifth);
      return (int) Errnos.kernelResult(result, errno);
    } catch (Throwable thrown) {
      throw Errnos.impossible(thrown);
    }
  }

  private void close(int fd) {
    // close(2) touches no memory of ours.
    try {
      MemorySegment errno = errnos.state();
      int result = (int) close.invokeExact(errno, fd);
      assert result == 0 : Errno.of(Errnos.kernelResult(result, errno));
    } catch (Throwable thrown) {
      throw Errnos.impossible(thrown);
    }
  }
}
