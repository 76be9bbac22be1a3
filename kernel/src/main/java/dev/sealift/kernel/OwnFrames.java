package dev.sealift.kernel;

import dev.sealift.abi.MapFlags;
import java.lang.foreign.MemorySegment;

/** Frames whose bytes this process has. Any number of threads use them at once. */
final class OwnFrames implements Frames {
  private final long address;
  private final MemorySegment memory;
  private final boolean readable;
  private final boolean writable;
  private final AccessGate gate = new AccessGate();

  /**
   * @param protection as for mmap(2): an access that it forbids would fault the whole process
   */
  OwnFrames(long address, MemorySegment memory, int protection) {
    this.address = address;
    this.memory = memory;
    // x86 has no memory that can be written but not read.
    this.readable = (protection & (MapFlags.PROT_READ | MapFlags.PROT_WRITE)) != 0;
    this.writable = (protection & MapFlags.PROT_WRITE) != 0;
  }

  @Override
  public long address() {
    return address;
  }

  @Override
  public long size() {
    return memory.byteSize();
  }

  boolean allows(UserMemory.Access access) {
    return access == UserMemory.Access.WRITE ? writable : readable;
  }

  @Override
  public boolean read(long offset, MemorySegment into) {
    long length = into.byteSize();
    if (!readable || !holds(offset, length)) {
      return false;
    }
    int place = gate.enter();
    if (place == AccessGate.CLOSED) {
      return false;
    }
    try {
      MemorySegment.copy(memory, offset, into, 0, length);
      return true;
    } catch (IllegalStateException closed) {
      return false;
    } finally {
      gate.leave(place);
    }
  }

  @Override
  public boolean write(long offset, MemorySegment from) {
    long length = from.byteSize();
    if (!writable || !holds(offset, length)) {
      return false;
    }
    int place = gate.enter();
    if (place == AccessGate.CLOSED) {
      return false;
    }
    try {
      MemorySegment.copy(from, 0, memory, offset, length);
      return true;
    } catch (IllegalStateException closed) {
      return false;
    } finally {
      gate.leave(place);
    }
  }

  @Override
  public void withdraw() {
    gate.close();
  }

  private boolean holds(long offset, long length) {
    return offset >= 0 && offset <= memory.byteSize() - length;
  }
}
