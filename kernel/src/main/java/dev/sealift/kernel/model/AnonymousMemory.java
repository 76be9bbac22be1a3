package dev.sealift.kernel.model;

import dev.sealift.abi.Errno;
import dev.sealift.abi.MapFlags;
import dev.sealift.abi.Pages;
import dev.sealift.abi.SystemCalls.MapResult;
import dev.sealift.kernel.MemorySource;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * The caller's anonymous memory: real native memory, page aligned and zero filled, which stays
 * until it is unmapped. How much there can be is up to its source.
 */
final class AnonymousMemory {
  private final MemorySource source;
  private final ConcurrentSkipListMap<Long, Mapping> byAddress = new ConcurrentSkipListMap<>();

  AnonymousMemory(MemorySource source) {
    this.source = source;
  }

  private record Mapping(Arena arena, MemorySegment memory) {
    long end() {
      return memory.address() + memory.byteSize();
    }
  }

  /**
   * Maps new memory; without {@link MapFlags#PROT_WRITE} the segment is read-only. Refused with
   * ENOMEM where there is no more.
   */
  @SuppressWarnings("MustBeClosedChecker") // closed by unmap
  MapResult map(long length, int protection) {
    if (length > MemorySlots.USER_END) {
      return new MapResult.Refused(Errno.ENOMEM);
    }
    Arena arena = Arena.ofShared();
    MemorySegment memory;
    try {
      memory = source.allocate(length, arena);
    } catch (OutOfMemoryError e) {
      arena.close();
      return new MapResult.Refused(Errno.ENOMEM);
    }
    byAddress.put(memory.address(), new Mapping(arena, memory));
    boolean writable = (protection & MapFlags.PROT_WRITE) != 0;
    return new MapResult.Mapped(writable ? memory : memory.asReadOnly());
  }

  /**
   * Unmaps a whole mapping; a range without any is unmapped already. Returns 0; {@code -EINVAL} for
   * a part of a mapping or a range that is not made of pages; {@code -EBUSY} while the mapping is
   * in use for input or output.
   */
  int unmap(long address, long length) {
    if (length <= 0 || Pages.offset(address | length) != 0) {
      return Errno.EINVAL.negated();
    }
    Map.Entry<Long, Mapping> below = byAddress.lowerEntry(address + length);
    if (below == null || below.getValue().end() <= address) {
      return 0;
    }
    Mapping mapping = below.getValue();
    if (mapping.memory().address() != address || mapping.memory().byteSize() != length) {
      return Errno.EINVAL.negated();
    }
    if (!byAddress.remove(address, mapping)) {
      return 0;
    }
    try {
      mapping.arena().close();
    } catch (IllegalStateException inUse) {
      byAddress.put(address, mapping);
      return Errno.EBUSY.negated();
    }
    return 0;
  }
}
