package dev.sealift.kernel;

import dev.sealift.kernel.UserMemory.Access;
import java.lang.foreign.MemorySegment;

/**
 * A process that calls this kernel and is not this one: what the kernel must know of it. Nothing is
 * thrown for a bad address or descriptor.
 */
public interface ForeignCaller {

  /**
   * Copies {@code into.byteSize()} bytes out of its memory.
   *
   * @return false if an address is bad; the bytes before it may have been copied
   */
  boolean read(long address, MemorySegment into);

  /**
   * Copies {@code from.byteSize()} bytes into its memory.
   *
   * @return false if an address is bad; the bytes before it may have been copied
   */
  boolean write(long address, MemorySegment from);

  /**
   * How many bytes from an address on it has without a gap, in mappings that allow the access; zero
   * if none.
   */
  long mappedBytes(long address, Access access);

  /** Whether a descriptor of its own is an open /dev/sev now. */
  boolean hasSevOpen(int fd);
}
