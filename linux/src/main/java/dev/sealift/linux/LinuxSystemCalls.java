package dev.sealift.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.sealift.abi.Errno;
import dev.sealift.abi.SystemCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The system calls of Linux itself, through libc.
 *
 * <p>Memory that {@link #mmap} returns can be used from every thread until {@link #munmap}; after
 * that every access through its segment, or a slice of it, throws {@link IllegalStateException}
 * instead of touching memory that is gone.
 */
public final class LinuxSystemCalls implements SystemCalls {
  private final Errnos errnos = new Errnos();
  private final Mappings mappings = new Mappings();
  private final MethodHandle open;
  private final MethodHandle close;
  private final MethodHandle ioctl;
  private final MethodHandle mmap;
  private final MethodHandle munmap;

  private LinuxSystemCalls(LibC libc) throws LinuxUnavailableException {
    open = libc.failingVariadic("open", 2, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
    close = libc.failing("close", JAVA_INT, JAVA_INT);
    ioctl = libc.failingVariadic("ioctl", 2, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
    mmap =
        libc.failing(
            "mmap", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
    munmap = libc.failing("munmap", JAVA_INT, JAVA_LONG, JAVA_LONG);
  }

  /**
   * The kernel under this process.
   *
   * @throws LinuxUnavailableException if this is not Linux on x86-64, or Java refuses native access
   */
  public static LinuxSystemCalls open() throws LinuxUnavailableException {
    return new LinuxSystemCalls(LibC.open());
  }

  @Override
  public int open(String path, int flags) {
    if (path.indexOf('\0') >= 0) {
      return Errno.EINVAL.negated();
    }
    // open(2) reads the path while it runs, and writes nothing.
    try (Arena call = Arena.ofConfined()) {
      MemorySegment errno = errnos.state();
      int result = (int) open.invokeExact(errno, call.allocateFrom(path), flags, 0);
      return (int) Errnos.kernelResult(result, errno);
    } catch (Throwable thrown) {
      throw Errnos.impossible(thrown);
    }
  }

  @Override
  public int close(int fd) {
    // close(2) touches no memory of ours.
    try {
      MemorySegment errno = errnos.state();
      int result = (int) close.invokeExact(errno, fd);
      return (int) Errnos.kernelResult(result, errno);
    } catch (Throwable thrown) {
      throw Errnos.impossible(thrown);
    }
  }

  @Override
  public int ioctl(int fd, int request, long argument) {
    // ioctl(2) reads and writes what the request says, at the argument and at the addresses in it,
    // while it runs. KVM and SEV go on using memory after it returns only where it is guest memory
    // (SET_USER_MEMORY_REGION, until the VM is closed), which is why the argument is an address:
    // whoever made it keeps the memory mapped.
    try {
      MemorySegment errno = errnos.state();
      int result = (int) ioctl.invokeExact(errno, fd, Integer.toUnsignedLong(request), argument);
      return (int) Errnos.kernelResult(result, errno);
    } catch (Throwable thrown) {
      throw Errnos.impossible(thrown);
    }
  }

  @Override
  public MapResult mmap(long length, int protection, int flags, int fd, long offset) {
    // mmap(2) reads and writes nothing; what it returns is native memory until munmap(2).
    long result;
    try {
      MemorySegment errno = errnos.state();
      long address = (long) mmap.invokeExact(errno, 0L, length, protection, flags, fd, offset);
      result = Errnos.kernelResult(address, errno);
    } catch (Throwable thrown) {
      throw Errnos.impossible(thrown);
    }
    return result < 0 && result >= -4095
        ? new MapResult.Refused(Errno.of(result))
        : new MapResult.Mapped(mappings.add(result, length));
  }

  @Override
  public int munmap(MemorySegment mapping) {
    int removed = mappings.remove(mapping);
    if (removed < 0) {
      return removed;
    }
    // munmap(2) takes the pages away; no segment reaches them any more.
    try {
      MemorySegment errno = errnos.state();
      int result = (int) munmap.invokeExact(errno, mapping.address(), mapping.byteSize());
      return (int) Errnos.kernelResult(result, errno);
    } catch (Throwable thrown) {
      throw Errnos.impossible(thrown);
    }
  }
}
