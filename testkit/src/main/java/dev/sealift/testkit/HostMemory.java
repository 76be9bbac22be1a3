package dev.sealift.testkit;

import dev.sealift.firmware.SystemMemory;
import java.lang.foreign.MemorySegment;

/**
 * A machine's memory, with a piece below all other that belongs to the test: there it lays out
 * command buffers of its own.
 */
final class HostMemory implements SystemMemory {
  /** Where the test's piece begins. */
  static final long START = 0x10_0000;

  /** Its size in bytes. */
  static final int SIZE = 1 << 20;

  private volatile SystemMemory rest = new Missing();
  private final MemorySegment own = MemorySegment.ofArray(new long[SIZE / Long.BYTES]);

  /** Before there is a machine. */
  private static final class Missing implements SystemMemory {
    @Override
    public boolean read(long address, MemorySegment into) {
      return false;
    }

    @Override
    public boolean write(long address, MemorySegment from) {
      return false;
    }
  }

  /** Lies before a machine's memory from here on. */
  HostMemory over(SystemMemory machine) {
    rest = machine;
    return this;
  }

  private static boolean isOwn(long address) {
    return address >= START && address < START + SIZE;
  }

  @Override
  public synchronized boolean read(long address, MemorySegment into) {
    if (!isOwn(address)) {
      return rest.read(address, into);
    }
    long offset = address - START;
    if (SIZE - offset < into.byteSize()) {
      return false;
    }
    MemorySegment.copy(own, offset, into, 0, into.byteSize());
    return true;
  }

  @Override
  public synchronized boolean write(long address, MemorySegment from) {
    if (!isOwn(address)) {
      return rest.write(address, from);
    }
    long offset = address - START;
    if (SIZE - offset < from.byteSize()) {
      return false;
    }
    MemorySegment.copy(from, 0, own, offset, from.byteSize());
    return true;
  }
}
