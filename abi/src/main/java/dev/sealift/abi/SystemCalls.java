package dev.sealift.abi;

import java.lang.foreign.MemorySegment;

/**
 * The user/kernel boundary: the few system calls by which a VMM asks Linux for KVM and SEV. What
 * stands below is either Linux itself or a kernel in software; the caller cannot tell but by what
 * they answer.
 *
 * <p>Results are those of the kernel: zero or positive on success, a negative errno on failure
 * ({@link Errno#of(long)}). Nothing is thrown for a bad address, descriptor or number.
 *
 * <p>Every structure whose address is passed must lie in memory that {@link #mmap} returned: a
 * kernel in software knows no other memory of its caller and answers {@code -EFAULT}.
 */
public interface SystemCalls {

  /**
   * open(2). {@code flags} as in fcntl.h ({@link OpenFlags}). Returns a descriptor or a negative
   * errno.
   */
  int open(String path, int flags);

  /** close(2). Returns 0 or a negative errno. */
  int close(int fd);

  /**
   * ioctl(2).
   *
   * @param request the ioctl number; only its low 32 bits count
   * @param argument the address of the argument structure, or a plain number where the ioctl takes
   *     one
   * @return a result of zero or more, or a negative errno
   */
  int ioctl(int fd, int request, long argument);

  /**
   * mmap(2): new memory of this process, zero filled when anonymous.
   *
   * @param fd the descriptor to map, or -1 for anonymous memory
   * @param length bytes, a multiple of the page size
   * @param protection {@link MapFlags#PROT_READ} and {@link MapFlags#PROT_WRITE}
   * @param flags {@link MapFlags#MAP_SHARED} or {@link MapFlags#MAP_PRIVATE}, {@link
   *     MapFlags#MAP_ANONYMOUS}
   * @param offset bytes from the start of what is mapped
   */
  MapResult mmap(long length, int protection, int flags, int fd, long offset);

  /** munmap(2) of a whole mapping. Returns 0 or a negative errno. */
  int munmap(MemorySegment mapping);

  /** What mmap answers. */
  sealed interface MapResult {

    /** The memory; it stays valid, from every thread, until munmap. */
    record Mapped(MemorySegment memory) implements MapResult {}

    /** Refused. */
    record Refused(Errno errno) implements MapResult {}
  }
}
