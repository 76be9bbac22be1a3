package dev.sealift.kernel;

import dev.sealift.abi.MapFlags;
import dev.sealift.abi.Pages;
import dev.sealift.firmware.SystemMemory;
import java.lang.foreign.MemorySegment;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The machine's memory by system physical address: every mapping of the caller and every buffer of
 * the kernel has a contiguous range of its own. Between two ranges at least a page is missing, so
 * that an access which runs off the end of one meets no memory. Addresses are handed out upwards,
 * and begin again from below only when the top is reached: a stale address meets no memory, not
 * another's.
 *
 * <p>All of it lies above 4 GiB, clear of the legacy hole at 0xA0000, and below the highest address
 * that the Secure Processor accepts.
 */
public final class PhysicalMemory implements SystemMemory {
  /** The lowest address with memory. */
  public static final long START = 1L << 32;

  /** The end of what can be addressed (excluded). */
  public static final long END = 0x3FFD_0000_0000L;

  private volatile IntervalMap<Frames> ranges = IntervalMap.empty();
  private long next = START;

  /** A machine without memory yet. */
  public PhysicalMemory() {}

  @Override
  public boolean read(long address, MemorySegment into) {
    Frames frames = ranges.at(address);
    return frames != null && frames.read(address - frames.address(), into);
  }

  @Override
  public boolean write(long address, MemorySegment from) {
    Frames frames = ranges.at(address);
    return frames != null && frames.write(address - frames.address(), from);
  }

  /** Gives memory that may be read and written a range of addresses; null if none is left. */
  @Nullable OwnFrames attach(MemorySegment memory, long alignment) {
    return attach(memory, MapFlags.PROT_READ | MapFlags.PROT_WRITE, alignment);
  }

  /**
   * Gives memory a range of addresses.
   *
   * @param protection of the mapping behind it, as for mmap(2)
   * @param alignment of the first address, a multiple of the page size
   * @return null if no range is left
   */
  @Nullable OwnFrames attach(MemorySegment memory, int protection, long alignment) {
    return attach(
        memory.byteSize(), alignment, address -> new OwnFrames(address, memory, protection));
  }

  /**
   * Gives memory of another process a range of addresses.
   *
   * @param userAddress where the process has it, at the start of a page
   * @param length bytes
   * @return null if no range is left
   */
  @Nullable Frames attach(ReadAhead memory, long userAddress, long length) {
    return attach(
        length, Pages.SIZE, address -> new ForeignFrames(address, memory, userAddress, length));
  }

  private synchronized <F extends Frames> @Nullable F attach(
      long length, long alignment, LongFunction<F> made) {
    long room = length + Pages.SIZE;
    long address = ranges.gap(next, END, room, alignment);
    if (address < 0) {
      address = ranges.gap(START, END, room, alignment);
    }
    if (address < 0) {
      return null;
    }
    next = address + room;
    F frames = made.apply(address);
    ranges = ranges.with(address, address + room, frames);
    return frames;
  }

  /** How many ranges have memory. */
  int ranges() {
    return ranges.size();
  }

  /** Takes memory away. When this returns nothing reads or writes it any more. */
  synchronized void detach(Frames frames) {
    ranges = ranges.without(frames.address());
    frames.withdraw();
  }
}
