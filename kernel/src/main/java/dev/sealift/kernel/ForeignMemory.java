package dev.sealift.kernel;

import dev.sealift.abi.Pages;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The memory of another process as the commands want it. It has physical addresses for the time of
 * one call: nothing in this kernel keeps one for longer, and what the process maps and unmaps
 * between its calls is its own business. Belongs to the thread that serves the call.
 */
final class ForeignMemory implements UserMemory {
  private final PhysicalMemory physicalMemory;
  private final ForeignCaller caller;
  private final ReadAhead ahead;
  private final List<Pinned> pinned = new ArrayList<>();

  private record Pinned(long start, Frames frames) {
    boolean holds(long address) {
      return address >= start && address - start < frames.size();
    }
  }

  ForeignMemory(PhysicalMemory physicalMemory, ForeignCaller caller) {
    this.physicalMemory = physicalMemory;
    this.caller = caller;
    this.ahead = new ReadAhead(caller);
  }

  @Override
  public boolean read(long address, MemorySegment into) {
    return caller.read(address, into);
  }

  @Override
  public boolean write(long address, MemorySegment from) {
    return ahead.write(address, from);
  }

  @Override
  public long physicalAddress(long address, Access access) {
    for (Pinned range : pinned) {
      if (range.holds(address) && caller.mappedBytes(address, access) > 0) {
        return range.frames().address() + (address - range.start());
      }
    }
    long start = Pages.base(address);
    long length = caller.mappedBytes(start, access);
    if (length == 0) {
      return NONE;
    }
    Frames frames = physicalMemory.attach(ahead, start, length);
    if (frames == null) {
      return NONE;
    }
    pinned.add(new Pinned(start, frames));
    return frames.address() + Pages.offset(address);
  }

  @Override
  public long contiguousBytes(long address, Access access) {
    return caller.mappedBytes(address, access);
  }

  /** Ends a call: its physical addresses are nobody's. */
  void release() {
    pinned.forEach(range -> physicalMemory.detach(range.frames()));
    pinned.clear();
    ahead.end();
  }
}
