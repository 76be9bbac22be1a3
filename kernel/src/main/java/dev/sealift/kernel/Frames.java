package dev.sealift.kernel;

import dev.sealift.abi.MapFlags;
import java.lang.foreign.MemorySegment;

/**
 * A contiguous stretch of physical memory and the bytes that stand for it. Once withdrawn it
 * answers as if it had never been there: no access touches the bytes after {@link #withdraw}
 * returned, even one that began before.
 */
final class Frames {
  private final long address;
  private final MemorySegment memory;
  private final boolean readable;
  private final boolean writable;
  private final AccessGate gate = new AccessGate();

  /**
   * @param protection as for mmap(2): an access that it forbids would fault the whole process
   */
  Frames(long address, MemorySegment memory, int protection) {
    this.address = address;
    this.memory = memory;
    // x86 has no memory that can be written but not read.
    this.readable = (protection & (MapFlags.PROT_READ | MapFlags.PROT_WRITE)) != 0;
    this.writable = (protection & MapFlags.PROT_WRITE) != 0;
  }

  /** The physical address of the first byte. */
  long address() {
    return address;
  }

  /** Bytes. */
  long size() {
    return memory.byteSize();
  }

  boolean allows(UserMemory.Access access) {
    return access == UserMemory.Access.WRITE ? writable : readable;
  }

  /** Copies bytes out; false if some are not there. */
  boolean read(long offset, MemorySegment into) {
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

  /** Copies bytes in; false if there is no room for some. */
  boolean write(long offset, MemorySegment from) {
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

  /** Takes the memory away; waits for accesses under way. */
  void withdraw() {
    gate.close();
  }

  private boolean holds(long offset, long length) {
    return offset >= 0 && offset <= memory.byteSize() - length;
  }
}
