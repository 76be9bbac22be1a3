package dev.sealift.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * What flows through descriptors: read, write, wait, and the descriptor that wakes a waiting
 * thread. Memory is handed over as native segments; results are zero or more, or a negative errno.
 */
public final class LinuxDescriptors {
  /** POLLIN (asm-generic/poll.h): there is something to read. */
  public static final int POLLIN = 1;

  /** Bytes of a struct pollfd: the descriptor (4), events wanted (2), events that are (2). */
  public static final int POLLFD_SIZE = 8;

  /** EFD_CLOEXEC and EFD_NONBLOCK (linux/eventfd.h). */
  private static final int EFD_CLOEXEC_NONBLOCK = 0x80000 | 0x800;

  /** CLONE_FILES of unshare(2) (linux/sched.h). */
  private static final int CLONE_FILES = 0x400;

  private final Errnos errnos = new Errnos();
  private final MethodHandle read;
  private final MethodHandle write;
  private final MethodHandle poll;
  private final MethodHandle eventfd;
  private final MethodHandle unshare;

  private LinuxDescriptors(LibC libc) throws LinuxUnavailableException {
    read = libc.failing("read", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
    write = libc.failing("write", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
    poll = libc.failing("poll", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
    eventfd = libc.failing("eventfd", JAVA_INT, JAVA_INT, JAVA_INT);
    unshare = libc.failing("unshare", JAVA_INT, JAVA_INT);
  }

  /**
   * The descriptors of this process.
   *
   * @throws LinuxUnavailableException if this is not Linux on x86-64, or Java refuses native access
   */
  public static LinuxDescriptors open() throws LinuxUnavailableException {
    return new LinuxDescriptors(LibC.open());
  }

  /** read(2): at most a segment full. Returns how many bytes came. */
  public long read(int fd, MemorySegment into) {
    // read(2) writes into the segment while it runs, never beyond its size.
    try {
      MemorySegment errno = errnos.state();
      long result = (long) read.invokeExact(errno, fd, into, into.byteSize());
      return Errnos.kernelResult(result, errno);
    } catch (Throwable thrown) {
      throw Errnos.impossible(thrown);
    }
  }

  /** write(2) of a whole segment. Returns how many bytes went. */
  public long write(int fd, MemorySegment from) {
    // write(2) reads the segment while it runs.
    try {
      MemorySegment errno = errnos.state();
      long result = (long) write.invokeExact(errno, fd, from, from.byteSize());
      return Errnos.kernelResult(result, errno);
    } catch (Throwable thrown) {
      throw Errnos.impossible(thrown);
    }
  }

  /**
   * poll(2).
   *
   * @param pollfds an array of struct pollfd
   * @param timeoutMillis negative waits for ever
   * @return how many descriptors have an event
   */
  public int poll(MemorySegment pollfds, int timeoutMillis) {
    // poll(2) reads the array, and writes the events that are into it, while it runs.
    try {
      MemorySegment errno = errnos.state();
      long count = pollfds.byteSize() / POLLFD_SIZE;
      int result = (int) poll.invokeExact(errno, pollfds, count, timeoutMillis);
      return (int) Errnos.kernelResult(result, errno);
    } catch (Throwable thrown) {
      throw Errnos.impossible(thrown);
    }
  }

  /**
   * eventfd(2): a new descriptor that is readable once eight bytes, a count that is not zero, were
   * written to it. It is closed on exec and never blocks.
   */
  public int eventfd() {
    // eventfd(2) touches no memory of ours.
    try {
      MemorySegment errno = errnos.state();
      int result = (int) eventfd.invokeExact(errno, 0, EFD_CLOEXEC_NONBLOCK);
      return (int) Errnos.kernelResult(result, errno);
    } catch (Throwable thrown) {
      throw Errnos.impossible(thrown);
    }
  }

  /**
   * unshare(2) of the table of descriptors: from here on the calling thread has descriptors of its
   * own, which begin as a copy. It knows nothing of those that other threads open later, Java's
   * among them, so it belongs on a platform thread that does little else. Returns 0 or a negative
   * errno.
   */
  public int unshare() {
    // unshare(2) touches no memory of ours.
    try {
      MemorySegment errno = errnos.state();
      int result = (int) unshare.invokeExact(errno, CLONE_FILES);
      return (int) Errnos.kernelResult(result, errno);
    } catch (Throwable thrown) {
      throw Errnos.impossible(thrown);
    }
  }
}
