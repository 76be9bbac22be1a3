package dev.sealift.abi.kvm;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * One range of {@link KvmMsrFilter}.
 *
 * <p>Source: asm/kvm.h.
 *
 * @param flags which accesses it is about: {@link #READ}, {@link #WRITE}
 * @param nmsrs registers, and bits in the bitmap; 0 for a range that is not used
 * @param base the first register's number
 * @param bitmap user address of a bit for each register, in whole 64-bit words: 1 lets the guest
 *     have it, 0 denies it
 */
public record KvmMsrFilterRange(int flags, long nmsrs, int base, long bitmap) {
  private static final StructLayout.Builder STRUCT = StructLayout.natural("kvm_msr_filter_range");
  private static final Field.U32 FLAGS = STRUCT.u32("flags");
  private static final Field.U32 NMSRS = STRUCT.u32("nmsrs");
  private static final Field.U32 BASE = STRUCT.u32("base");
  private static final Field.U64 BITMAP = STRUCT.u64("bitmap");

  /** 24 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(24);

  /** {@link #flags}: the guest's reads. */
  public static final int READ = 1;

  /** {@link #flags}: the guest's writes. */
  public static final int WRITE = 2;

  /** The longest bitmap, in bytes. */
  public static final int MAX_BITMAP_SIZE = 0x600;

  /** Reads the struct from the first 24 bytes of a segment. */
  public static KvmMsrFilterRange read(MemorySegment struct) {
    LAYOUT.check(struct);
    return new KvmMsrFilterRange(
        FLAGS.get(struct), NMSRS.getUnsigned(struct), BASE.get(struct), BITMAP.get(struct));
  }

  /** Writes the struct into the first 24 bytes of a segment, padding as zero. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct).asSlice(0, LAYOUT.size()).fill((byte) 0);
    FLAGS.set(struct, flags);
    NMSRS.set(struct, (int) nmsrs);
    BASE.set(struct, base);
    BITMAP.set(struct, bitmap);
  }
}
