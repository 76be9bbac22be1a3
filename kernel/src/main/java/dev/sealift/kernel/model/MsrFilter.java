package dev.sealift.kernel.model;

import dev.sealift.abi.Errno;
import dev.sealift.abi.kvm.KvmMsrFilter;
import dev.sealift.abi.kvm.KvmMsrFilterRange;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Which model-specific registers the guests of a VM may reach (KVM_X86_SET_MSR_FILTER). The first
 * range that has the register and the kind of access decides; the registers of the x2APIC are never
 * denied.
 *
 * <p>Source: the kernel's documentation of KVM_X86_SET_MSR_FILTER.
 */
final class MsrFilter {
  /** As long as the VMM sets none. */
  static final MsrFilter ALLOWS_ALL = new MsrFilter(true, List.of());

  private static final int KINDS = KvmMsrFilterRange.READ | KvmMsrFilterRange.WRITE;
  private static final int FIRST_OF_X2APIC = 0x800;
  private static final int LAST_OF_X2APIC = 0x8FF;

  /** A range, with its bitmap as it was when the filter was set. */
  private record Range(int kinds, int base, long count, BitSet allowed) {
    boolean has(int index, int kind) {
      return (kinds & kind) != 0 && Integer.toUnsignedLong(index - base) < count;
    }

    boolean allows(int index) {
      return allowed.get(index - base);
    }
  }

  private final boolean defaultAllows;
  private final List<Range> ranges;

  private MsrFilter(boolean defaultAllows, List<Range> ranges) {
    this.defaultAllows = defaultAllows;
    this.ranges = ranges;
  }

  /** What came of reading a filter: the filter, or the answer to the ioctl. */
  sealed interface Reading {
    record Read(MsrFilter filter) implements Reading {}

    record Refused(Errno errno) implements Reading {}
  }

  /**
   * Reads the filter at a user address. Refused with EFAULT where there is no memory; with EINVAL
   * for unknown flags, for a default of deny without any range, and for a range that is about no
   * access or whose bitmap is longer than 0x600 bytes. Ranges without registers are passed over.
   */
  static Reading read(CallerMemory caller, long address) {
    MemorySegment struct = caller.copyIn(address, KvmMsrFilter.LAYOUT.size());
    if (struct == null) {
      return new Reading.Refused(Errno.EFAULT);
    }
    KvmMsrFilter filter = KvmMsrFilter.read(struct);
    boolean defaultAllows = (filter.flags() & KvmMsrFilter.DEFAULT_DENY) == 0;
    List<KvmMsrFilterRange> used =
        filter.ranges().stream().filter(range -> range.nmsrs() != 0).toList();
    if ((filter.flags() & ~KvmMsrFilter.DEFAULT_DENY) != 0 || (used.isEmpty() && !defaultAllows)) {
      return new Reading.Refused(Errno.EINVAL);
    }
    List<Range> ranges = new ArrayList<>();
    for (KvmMsrFilterRange range : used) {
      long bitmapSize = Math.ceilDiv(range.nmsrs(), (long) Long.SIZE) * Long.BYTES;
      if ((range.flags() & ~KINDS) != 0
          || range.flags() == 0
          || bitmapSize > KvmMsrFilterRange.MAX_BITMAP_SIZE) {
        return new Reading.Refused(Errno.EINVAL);
      }
      MemorySegment bitmap = caller.copyIn(range.bitmap(), (int) bitmapSize);
      if (bitmap == null) {
        return new Reading.Refused(Errno.EFAULT);
      }
      ranges.add(
          new Range(
              range.flags(), range.base(), range.nmsrs(), BitSet.valueOf(bitmap.asByteBuffer())));
    }
    return new Reading.Read(new MsrFilter(defaultAllows, List.copyOf(ranges)));
  }

  /**
   * Whether the guest may not.
   *
   * @param kind {@link KvmMsrFilterRange#READ} or {@link KvmMsrFilterRange#WRITE}
   */
  boolean denies(int index, int kind) {
    if (index >= FIRST_OF_X2APIC && index <= LAST_OF_X2APIC) {
      return false;
    }
    for (Range range : ranges) {
      if (range.has(index, kind)) {
        return !range.allows(index);
      }
    }
    return !defaultAllows;
  }
}
