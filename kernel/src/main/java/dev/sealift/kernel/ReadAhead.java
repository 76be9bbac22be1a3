package dev.sealift.kernel;

import dev.sealift.abi.Pages;
import dev.sealift.kernel.UserMemory.Access;
import java.lang.foreign.MemorySegment;

/**
 * The memory of another process as a command of the firmware goes through it: in small steps, of
 * which each would be a system call. So what lies ahead comes along, the more the longer the
 * command reads on; and what a command writes back as it has read it, as one that encrypts in place
 * does where there are no keys, is not written. It lasts for one call.
 */
final class ReadAhead {
  private static final int MOST = 1 << 20;
  private static final MemorySegment NOTHING = MemorySegment.ofArray(new byte[0]);

  private final ForeignCaller caller;
  private MemorySegment window = NOTHING;
  private long start;
  private int ahead = Pages.SIZE;

  ReadAhead(ForeignCaller caller) {
    this.caller = caller;
  }

  /** Copies out of the process; false if an address is bad. */
  boolean read(long address, MemorySegment into) {
    long length = into.byteSize();
    if (!holds(address, length) && !(fill(address) && holds(address, length))) {
      return caller.read(address, into);
    }
    MemorySegment.copy(window, address - start, into, 0, length);
    return true;
  }

  private boolean fill(long address) {
    long from = Pages.base(address);
    long length = Math.min(ahead, caller.mappedBytes(from, Access.READ));
    MemorySegment next = MemorySegment.ofArray(new byte[(int) length]);
    if (!caller.read(from, next)) {
      return false;
    }
    forget();
    window = next;
    start = from;
    ahead = Math.min(2 * ahead, MOST);
    return true;
  }

  /** Copies into the process; false if an address is bad. */
  boolean write(long address, MemorySegment from) {
    long length = from.byteSize();
    if (!holds(address, length)) {
      forget();
      return caller.write(address, from);
    }
    MemorySegment known = window.asSlice(address - start, length);
    if (known.mismatch(from) < 0) {
      return true;
    }
    known.copyFrom(from);
    return caller.write(address, from);
  }

  /** Ends the call: guest memory does not stay behind. */
  void end() {
    forget();
    ahead = Pages.SIZE;
  }

  private void forget() {
    window.fill((byte) 0);
    window = NOTHING;
  }

  private boolean holds(long address, long length) {
    return address >= start && address - start <= window.byteSize() - length;
  }
}
