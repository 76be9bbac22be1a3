package dev.sealift.kernel;

import java.lang.foreign.MemorySegment;

/**
 * Frames that are memory of another process: every access is a copy from or to where it has them.
 * They are used by the one thread that serves the process's call.
 */
final class ForeignFrames implements Frames {
  private final long address;
  private final ReadAhead memory;
  private final long userAddress;
  private final long size;
  private boolean withdrawn;

  /**
   * @param address the physical address
   * @param userAddress where the process has the first byte
   * @param size bytes, all of which it has
   */
  ForeignFrames(long address, ReadAhead memory, long userAddress, long size) {
    this.address = address;
    this.memory = memory;
    this.userAddress = userAddress;
    this.size = size;
  }

  @Override
  public long address() {
    return address;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public boolean read(long offset, MemorySegment into) {
    return holds(offset, into.byteSize()) && memory.read(userAddress + offset, into);
  }

  @Override
  public boolean write(long offset, MemorySegment from) {
    return holds(offset, from.byteSize()) && memory.write(userAddress + offset, from);
  }

  @Override
  public void withdraw() {
    withdrawn = true;
  }

  private boolean holds(long offset, long length) {
    return !withdrawn && offset >= 0 && offset <= size - length;
  }
}
