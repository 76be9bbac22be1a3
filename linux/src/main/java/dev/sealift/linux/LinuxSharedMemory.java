package dev.sealift.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.sealift.abi.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Memory that several processes have at the same address, each by mapping the same file there.
 *
 * <p>Results are zero or more, or a negative errno.
 */
public final class LinuxSharedMemory {
  /** x86-64 (asm-generic/mman.h, mman-common.h). */
  private static final int MAP_SHARED = 1;

  private static final int MAP_FIXED_NOREPLACE = 0x10_0000;

  private final Errnos errnos = new Errnos();
  private final MethodHandle mmap;
  private final MethodHandle munmap;
  private final MethodHandle fallocate;

  private LinuxSharedMemory(LibC libc) throws LinuxUnavailableException {
    mmap =
        libc.failing(
            "mmap", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
    munmap = libc.failing("munmap", JAVA_INT, JAVA_LONG, JAVA_LONG);
    fallocate = libc.failing("fallocate", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
  }

  /**
   * The memory of this process.
   *
   * @throws LinuxUnavailableException if this is not Linux on x86-64, or Java refuses native access
   */
  public static LinuxSharedMemory open() throws LinuxUnavailableException {
    return new LinuxSharedMemory(LibC.open());
  }

  /**
   * fallocate(2): gives an empty file a size, and all of its pages at once, so that nobody who has
   * it mapped meets a full file system later. Returns 0; {@code -ENOSPC} if there is no room.
   */
  public int reserve(int fd, long length) {
    // fallocate(2) touches no memory of ours.
    try {
      MemorySegment errno = errnos.state();
      int result = (int) fallocate.invokeExact(errno, fd, 0, 0L, length);
      return (int) Errnos.kernelResult(result, errno);
    } catch (Throwable thrown) {
      throw Errnos.impossible(thrown);
    }
  }

  /**
   * mmap(2) of a file, shared, at an address and nowhere else (MAP_FIXED_NOREPLACE).
   *
   * @param address the start of a page
   * @param length bytes
   * @param protection as of mmap(2)
   * @param offset bytes from the start of the file, a multiple of the page size
   * @return 0; {@code -EEXIST} if something is mapped there already
   */
  public int map(long address, long length, int protection, int fd, long offset) {
    // mmap(2) reads and writes nothing, and takes no page away that is mapped.
    try {
      MemorySegment errno = errnos.state();
      long mapped =
          (long)
              mmap.invokeExact(
                  errno, address, length, protection, MAP_SHARED | MAP_FIXED_NOREPLACE, fd, offset);
      long result = Errnos.kernelResult(mapped, errno);
      if (result < 0 && result >= -4095) {
        return (int) result;
      }
      if (mapped != address) {
        // A kernel before 4.17 takes the address for a hint.
        unmap(mapped, length);
        return Errno.EEXIST.negated();
      }
      return 0;
    } catch (Throwable thrown) {
      throw Errnos.impossible(thrown);
    }
  }

  /**
   * A segment over what {@link #map} has mapped.
   *
   * @param lifetime when it ends no access reaches the memory any more
   * @param end runs then
   */
  @SuppressWarnings("restricted") // the caller has just mapped these bytes
  public MemorySegment segment(long address, long length, Arena lifetime, Runnable end) {
    return MemorySegment.ofAddress(address).reinterpret(length, lifetime, _ -> end.run());
  }

  /** munmap(2) of what {@link #map} has mapped, once no segment reaches it. */
  public int unmap(long address, long length) {
    // munmap(2) takes the pages away; no segment reaches them any more.
    try {
      MemorySegment errno = errnos.state();
      int result = (int) munmap.invokeExact(errno, address, length);
      return (int) Errnos.kernelResult(result, errno);
    } catch (Throwable thrown) {
      throw Errnos.impossible(thrown);
    }
  }
}
