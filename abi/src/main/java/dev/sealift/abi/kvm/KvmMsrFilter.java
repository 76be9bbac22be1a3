package dev.sealift.abi.kvm;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The argument of KVM_X86_SET_MSR_FILTER: which model-specific registers the guest may reach. The
 * first range that has the register and the kind of access decides.
 *
 * <p>Source: asm/kvm.h; the kernel's documentation of KVM_X86_SET_MSR_FILTER.
 *
 * @param flags {@link #DEFAULT_DENY} or 0: what becomes of registers in no range
 * @param ranges up to 16
 */
public record KvmMsrFilter(int flags, List<KvmMsrFilterRange> ranges) {
  /** The most ranges there can be. */
  public static final int MAX_RANGES = 16;

  private static final int RANGE_SIZE = KvmMsrFilterRange.LAYOUT.size();
  private static final StructLayout.Builder STRUCT = StructLayout.natural("kvm_msr_filter");
  private static final Field.U32 FLAGS = STRUCT.u32("flags");
  private static final Field.Bytes RANGES =
      STRUCT.reserved(4).bytes("ranges", MAX_RANGES * RANGE_SIZE);

  /** 392 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(392);

  /** {@link #flags}: a register in no range is denied. */
  public static final int DEFAULT_DENY = 1;

  public KvmMsrFilter {
    ranges = List.copyOf(ranges);
    if (ranges.size() > MAX_RANGES) {
      throw new IllegalArgumentException(ranges.size() + " ranges, more than " + MAX_RANGES);
    }
  }

  /** Reads the struct, with all its 16 ranges, from the first 392 bytes of a segment. */
  public static KvmMsrFilter read(MemorySegment struct) {
    LAYOUT.check(struct);
    List<KvmMsrFilterRange> ranges = new ArrayList<>();
    for (int i = 0; i < MAX_RANGES; i++) {
      ranges.add(KvmMsrFilterRange.read(range(struct, i)));
    }
    return new KvmMsrFilter(FLAGS.get(struct), ranges);
  }

  /** Writes the struct into the first 392 bytes of a segment, unused ranges as zero. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct).asSlice(0, LAYOUT.size()).fill((byte) 0);
    FLAGS.set(struct, flags);
    for (int i = 0; i < ranges.size(); i++) {
      ranges.get(i).write(range(struct, i));
    }
  }

  private static MemorySegment range(MemorySegment struct, int index) {
    return struct.asSlice(RANGES.offset() + (long) index * RANGE_SIZE, RANGE_SIZE);
  }
}
