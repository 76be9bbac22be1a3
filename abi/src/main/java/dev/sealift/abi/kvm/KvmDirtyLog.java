package dev.sealift.abi.kvm;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * The argument of KVM_GET_DIRTY_LOG.
 *
 * <p>Source: linux/kvm.h, asm/kvm.h.
 *
 * @param slot slot number
 * @param dirtyBitmap user address of the bitmap: one bit a page, in 64-bit words
 */
public record KvmDirtyLog(int slot, long dirtyBitmap) {
  private static final StructLayout.Builder STRUCT = StructLayout.natural("kvm_dirty_log");
  private static final Field.U32 SLOT = STRUCT.u32("slot");
  private static final Field.U64 DIRTY_BITMAP = STRUCT.reserved(4).u64("dirty_bitmap");

  /** 16 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(16);

  /** Reads the struct from the first 16 bytes of a segment. */
  public static KvmDirtyLog read(MemorySegment struct) {
    LAYOUT.check(struct);
    return new KvmDirtyLog(SLOT.get(struct), DIRTY_BITMAP.get(struct));
  }

  /** Writes the struct into the first 16 bytes of a segment, padding as zero. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct).asSlice(0, LAYOUT.size()).fill((byte) 0);
    SLOT.set(struct, slot);
    DIRTY_BITMAP.set(struct, dirtyBitmap);
  }
}
