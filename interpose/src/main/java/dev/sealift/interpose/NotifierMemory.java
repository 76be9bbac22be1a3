package dev.sealift.interpose;

import dev.sealift.kernel.UserMemory;
import java.lang.foreign.MemorySegment;
import java.util.function.BooleanSupplier;

/**
 * The memory of a caller that may be killed while it waits, and whose number another process may
 * then have: what was read counts only if the caller waited still, and nothing is written to one
 * that does not.
 */
record NotifierMemory(UserMemory caller, BooleanSupplier waits) implements UserMemory {

  @Override
  public boolean read(long address, MemorySegment into) {
    return caller.read(address, into) && waits.getAsBoolean();
  }

  @Override
  public boolean write(long address, MemorySegment from) {
    return waits.getAsBoolean() && caller.write(address, from);
  }

  @Override
  public long physicalAddress(long address, Access access) {
    return caller.physicalAddress(address, access);
  }

  @Override
  public long contiguousBytes(long address, Access access) {
    return caller.contiguousBytes(address, access);
  }
}
