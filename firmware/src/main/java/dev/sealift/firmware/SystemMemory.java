package dev.sealift.firmware;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The machine's memory by system physical address, as it lies in DRAM. An address without memory
 * behind it is answered with false, and then nothing was copied.
 */
public interface SystemMemory {

  /** Copies {@code into.byteSize()} bytes out of memory. */
  boolean read(long address, MemorySegment into);

  /** Copies {@code from.byteSize()} bytes into memory. */
  boolean write(long address, MemorySegment from);

  /**
   * Opens a stretch of memory for many accesses: it stays where it is until the window is closed,
   * and whoever takes it away waits. To be held for moments, by one thread.
   *
   * @return null where some of it is not there, may not be written, or does not lie together
   */
  @Nullable Window window(long address, long length);

  /** A stretch of memory that is there. Offsets beyond it are the caller's fault. */
  interface Window extends AutoCloseable {

    /** Copies {@code into.byteSize()} bytes out of it. */
    void read(long offset, MemorySegment into);

    /** Copies {@code from.byteSize()} bytes into it. */
    void write(long offset, MemorySegment from);

    @Override
    void close();
  }
}
