package dev.sealift.kernel;

import java.lang.foreign.MemorySegment;

/**
 * The memory of the process that calls the kernel, by its own (virtual) addresses. Nothing is
 * thrown for a bad address: it is an answer, which a system call turns into {@code -EFAULT}.
 */
public interface UserMemory {

  /** What {@link #physicalAddress} says where there is no memory. */
  long NONE = -1;

  /** What a page must allow. */
  enum Access {
    READ,
    WRITE
  }

  /**
   * Copies {@code into.byteSize()} bytes out of user memory.
   *
   * @return false if an address is bad; the bytes before it may have been copied
   */
  boolean read(long address, MemorySegment into);

  /**
   * Copies {@code from.byteSize()} bytes into user memory.
   *
   * @return false if an address is bad; the bytes before it may have been copied
   */
  boolean write(long address, MemorySegment from);

  /**
   * The system physical address behind a user address, or {@link #NONE} if nothing is mapped there
   * or the mapping does not allow the access.
   */
  long physicalAddress(long address, Access access);

  /**
   * How many bytes from a user address on lie in one contiguous stretch of physical memory and
   * allow the access; zero if none do.
   */
  long contiguousBytes(long address, Access access);
}
