package dev.sealift.linux;

import dev.sealift.abi.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ConcurrentHashMap;

/** What mmap gave and munmap has not yet taken back. */
final class Mappings {
  private record Mapping(MemorySegment memory, Arena lifetime) {}

  private final ConcurrentHashMap<Long, Mapping> byAddress = new ConcurrentHashMap<>();

  /** A segment over a new mapping. */
  // The kernel has just mapped these bytes; remove closes the arena.
  @SuppressWarnings({"restricted", "MustBeClosedChecker"})
  MemorySegment add(long address, long length) {
    Arena lifetime = Arena.ofShared();
    MemorySegment memory = MemorySegment.ofAddress(address).reinterpret(length, lifetime, null);
    byAddress.put(address, new Mapping(memory, lifetime));
    return memory;
  }

  /**
   * Ends the life of a mapping's segment.
   *
   * @return 0; or {@code -EINVAL} if the segment is no whole mapping, {@code -EBUSY} if another
   *     thread is inside an access to it
   */
  int remove(MemorySegment memory) {
    Mapping mapping = byAddress.get(memory.address());
    if (mapping == null
        || mapping.memory.byteSize() != memory.byteSize()
        || !byAddress.remove(memory.address(), mapping)) {
      return Errno.EINVAL.negated();
    }
    try {
      mapping.lifetime.close();
      return 0;
    } catch (IllegalStateException inUse) {
      byAddress.put(memory.address(), mapping);
      return Errno.EBUSY.negated();
    }
  }
}
