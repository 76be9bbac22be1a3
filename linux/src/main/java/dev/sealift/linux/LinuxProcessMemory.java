package dev.sealift.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The memory of other processes, by their own addresses: process_vm_readv(2) and
 * process_vm_writev(2). Whoever may trace a process may do this; its page protections hold.
 */
public final class LinuxProcessMemory {
  /** Bytes of a struct iovec: the address (8), the length (8). */
  private static final int IOVEC_SIZE = 16;

  private final Errnos errnos = new Errnos();
  private final MethodHandle readv;
  private final MethodHandle writev;

  private LinuxProcessMemory(LibC libc) throws LinuxUnavailableException {
    readv = transfer(libc, "process_vm_readv");
    writev = transfer(libc, "process_vm_writev");
  }

  private static MethodHandle transfer(LibC libc, String name) throws LinuxUnavailableException {
    return libc.failing(
        name, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG);
  }

  /**
   * The processes of this machine.
   *
   * @throws LinuxUnavailableException if this is not Linux on x86-64, or Java refuses native access
   */
  public static LinuxProcessMemory open() throws LinuxUnavailableException {
    return new LinuxProcessMemory(LibC.open());
  }

  /**
   * Copies out of a process.
   *
   * @param pid a process or one of its threads
   * @param into native memory
   * @return how many bytes were copied, which stops short at a bad address; or a negative errno
   */
  public long read(int pid, long address, MemorySegment into) {
    return transfer(readv, pid, address, into);
  }

  /**
   * Copies into a process.
   *
   * @param pid a process or one of its threads
   * @param from native memory
   * @return how many bytes were copied, which stops short at a bad address; or a negative errno
   */
  public long write(int pid, long address, MemorySegment from) {
    return transfer(writev, pid, address, from);
  }

  private long transfer(MethodHandle call, int pid, long address, MemorySegment ours) {
    // Both read the two iovecs, and read or write our segment, while they run.
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = errnos.state();
      MemorySegment local = iovec(arena, ours.address(), ours.byteSize());
      MemorySegment remote = iovec(arena, address, ours.byteSize());
      long result = (long) call.invokeExact(errno, pid, local, 1L, remote, 1L, 0L);
      return Errnos.kernelResult(result, errno);
    } catch (Throwable thrown) {
      throw Errnos.impossible(thrown);
    }
  }

  private static MemorySegment iovec(Arena arena, long address, long length) {
    MemorySegment iovec = arena.allocate(IOVEC_SIZE, Long.BYTES);
    iovec.set(JAVA_LONG, 0, address);
    iovec.set(JAVA_LONG, Long.BYTES, length);
    return iovec;
  }
}
