package dev.sealift.kernel.model;

import dev.sealift.abi.Errno;
import dev.sealift.kernel.UserMemory;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Copies the structures of ioctls in from the caller's memory and out to it. */
final class CallerMemory {
  private final UserMemory user;

  CallerMemory(UserMemory user) {
    this.user = user;
  }

  /** The bytes at a user address, or null for a bad address. */
  @Nullable MemorySegment copyIn(long address, int size) {
    MemorySegment struct = MemorySegment.ofArray(new byte[size]);
    return user.read(address, struct) ? struct : null;
  }

  /** Returns 0 or {@code -EFAULT}. */
  int copyOut(long address, MemorySegment struct) {
    return user.write(address, struct) ? 0 : Errno.EFAULT.negated();
  }
}
