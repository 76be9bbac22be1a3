package dev.sealift.interpose;

import dev.sealift.kernel.UserMemory;
import dev.sealift.linux.LinuxProcessMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The memory of another process, as Linux lets it be read and written. It has no physical addresses
 * here: a command that pins pages finds none.
 *
 * @param pid the process or one of its threads
 */
record ProcessMemory(LinuxProcessMemory memory, int pid) implements UserMemory {
  /** The most that is copied in one piece, in bytes: what lies in between costs no more than so. */
  private static final long PIECE = 1 << 20;

  @Override
  public boolean read(long address, MemorySegment into) {
    long length = into.byteSize();
    try (Arena call = Arena.ofConfined()) {
      MemorySegment piece = call.allocate(Math.min(length, PIECE));
      for (long done = 0; done < length; ) {
        MemorySegment part = piece.asSlice(0, Math.min(PIECE, length - done));
        if (memory.read(pid, address + done, part) != part.byteSize()) {
          return false;
        }
        MemorySegment.copy(part, 0, into, done, part.byteSize());
        done += part.byteSize();
      }
    }
    return true;
  }

  @Override
  public boolean write(long address, MemorySegment from) {
    long length = from.byteSize();
    try (Arena call = Arena.ofConfined()) {
      MemorySegment piece = call.allocate(Math.min(length, PIECE));
      for (long done = 0; done < length; ) {
        MemorySegment part = piece.asSlice(0, Math.min(PIECE, length - done));
        MemorySegment.copy(from, done, part, 0, part.byteSize());
        if (memory.write(pid, address + done, part) != part.byteSize()) {
          return false;
        }
        done += part.byteSize();
      }
    }
    return true;
  }

  @Override
  public long physicalAddress(long address, Access access) {
    return NONE;
  }

  @Override
  public long contiguousBytes(long address, Access access) {
    return 0;
  }
}
