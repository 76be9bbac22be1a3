package dev.sealift.kernel;

import dev.sealift.abi.Pages;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * User memory of this process: what mmap(2) returned and munmap(2) has not taken back, and nothing
 * else.
 */
public final class MappedMemory implements UserMemory {

  private record Mapping(long start, OwnFrames frames) {
    long end() {
      return start + frames.size();
    }
  }

  private final PhysicalMemory physicalMemory;
  private volatile IntervalMap<Mapping> mappings = IntervalMap.empty();

  /** A process that has mapped nothing yet. */
  public MappedMemory(PhysicalMemory physicalMemory) {
    this.physicalMemory = physicalMemory;
  }

  /**
   * Takes a new mapping in and gives it physical addresses.
   *
   * @param memory native memory that starts at a page
   * @param protection as it was passed to mmap(2)
   * @return false if there are no physical addresses left, or this is no such memory
   */
  public synchronized boolean map(MemorySegment memory, int protection) {
    long start = memory.address();
    if (!memory.isNative() || memory.byteSize() == 0 || start <= 0 || Pages.offset(start) != 0) {
      return false;
    }
    // The system reuses an address only after it was unmapped: what is still listed there is gone.
    for (Mapping stale : mappings.overlapping(start, start + memory.byteSize())) {
      forget(stale);
    }
    OwnFrames frames = physicalMemory.attach(memory, protection, Pages.SIZE);
    if (frames == null) {
      return false;
    }
    mappings = mappings.with(start, start + memory.byteSize(), new Mapping(start, frames));
    return true;
  }

  /**
   * Forgets a whole mapping. When this returns nothing touches its memory any more, and it may be
   * unmapped.
   *
   * @return false if this is not exactly what was mapped
   */
  public synchronized boolean unmap(MemorySegment memory) {
    Mapping mapping = mappings.at(memory.address());
    if (mapping == null
        || mapping.start() != memory.address()
        || mapping.frames().size() != memory.byteSize()) {
      return false;
    }
    forget(mapping);
    return true;
  }

  private void forget(Mapping mapping) {
    mappings = mappings.without(mapping.start());
    physicalMemory.detach(mapping.frames());
  }

  @Override
  public boolean read(long address, MemorySegment into) {
    long length = into.byteSize();
    Mapping mapping = mappings.at(address);
    if (mapping != null && length <= mapping.end() - address) {
      return mapping.frames().read(address - mapping.start(), into);
    }
    // The range may run on into a neighbouring mapping.
    for (long done = 0; done < length; ) {
      Mapping part = mappings.at(address + done);
      if (part == null) {
        return false;
      }
      long step = Math.min(length - done, part.end() - (address + done));
      if (!part.frames().read(address + done - part.start(), into.asSlice(done, step))) {
        return false;
      }
      done += step;
    }
    return true;
  }

  @Override
  public boolean write(long address, MemorySegment from) {
    long length = from.byteSize();
    Mapping mapping = mappings.at(address);
    if (mapping != null && length <= mapping.end() - address) {
      return mapping.frames().write(address - mapping.start(), from);
    }
    for (long done = 0; done < length; ) {
      Mapping part = mappings.at(address + done);
      if (part == null) {
        return false;
      }
      long step = Math.min(length - done, part.end() - (address + done));
      if (!part.frames().write(address + done - part.start(), from.asSlice(done, step))) {
        return false;
      }
      done += step;
    }
    return true;
  }

  @Override
  public long physicalAddress(long address, Access access) {
    Mapping mapping = allowing(address, access);
    return mapping == null ? NONE : mapping.frames().address() + (address - mapping.start());
  }

  @Override
  public long contiguousBytes(long address, Access access) {
    Mapping mapping = allowing(address, access);
    return mapping == null ? 0 : mapping.end() - address;
  }

  private @Nullable Mapping allowing(long address, Access access) {
    Mapping mapping = mappings.at(address);
    return mapping != null && mapping.frames().allows(access) ? mapping : null;
  }
}
