package dev.sealift.interpose;

import dev.sealift.kernel.UserMemory;
import java.lang.foreign.MemorySegment;

/**
 * A caller's memory, of which the ioctl's argument has come with the request and goes back with the
 * answer: Linux itself copies it. Everything else is read and written where it lies.
 */
final class IoctlArgument implements UserMemory {
  private final UserMemory caller;
  private final long address;
  private final MemorySegment in;
  private final MemorySegment out;
  private boolean written;

  /**
   * @param address where the caller has the argument
   * @param in its bytes
   * @param out where they are put to go back
   */
  IoctlArgument(UserMemory caller, long address, MemorySegment in, MemorySegment out) {
    this.caller = caller;
    this.address = address;
    this.in = in;
    this.out = out;
  }

  /** Whether there are bytes to go back. */
  boolean isWritten() {
    return written;
  }

  @Override
  public boolean read(long from, MemorySegment into) {
    if (from != address || into.byteSize() != in.byteSize()) {
      return caller.read(from, into);
    }
    into.copyFrom(in);
    return true;
  }

  @Override
  public boolean write(long to, MemorySegment from) {
    if (to != address || from.byteSize() != out.byteSize()) {
      return caller.write(to, from);
    }
    out.copyFrom(from);
    written = true;
    return true;
  }

  @Override
  public long physicalAddress(long of, Access access) {
    return caller.physicalAddress(of, access);
  }

  @Override
  public long contiguousBytes(long from, Access access) {
    return caller.contiguousBytes(from, access);
  }
}
