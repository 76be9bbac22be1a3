package dev.sealift.kernel;

import dev.sealift.abi.Pages;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Where a model machine's memory comes from: what mmap(2) gives its caller, guest memory and the
 * pages that a vCPU shares with its VMM among it.
 */
@FunctionalInterface
public interface MemorySource {

  /** Native memory of this process, which no other sees; its limit is that for direct memory. */
  MemorySource PRIVATE = (length, lifetime) -> lifetime.allocate(length, Pages.SIZE);

  /**
   * New memory.
   *
   * @param length bytes, a positive multiple of the page size
   * @param lifetime the memory goes when it ends
   * @return native memory, zero filled and page aligned, which every thread may use
   * @throws OutOfMemoryError if there is no more
   */
  MemorySegment allocate(long length, Arena lifetime);
}
