package dev.sealift.firmware;

import java.lang.foreign.MemorySegment;

/**
 * The machine's memory by system physical address, as it lies in DRAM. An address without memory
 * behind it is answered with false, and then nothing was copied.
 */
public interface SystemMemory {

  /** Copies {@code into.byteSize()} bytes out of memory. */
  boolean read(long address, MemorySegment into);

  /** Copies {@code from.byteSize()} bytes into memory. */
  boolean write(long address, MemorySegment from);
}
