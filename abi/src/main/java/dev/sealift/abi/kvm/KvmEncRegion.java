package dev.sealift.abi.kvm;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * The argument of KVM_MEMORY_ENCRYPT_REG_REGION and UNREG_REGION.
 *
 * <p>Source: linux/kvm.h, asm/kvm.h.
 *
 * @param addr user address of the region
 * @param size its length in bytes
 */
public record KvmEncRegion(long addr, long size) {
  private static final StructLayout.Builder STRUCT = StructLayout.natural("kvm_enc_region");
  private static final Field.U64 ADDR = STRUCT.u64("addr");
  private static final Field.U64 SIZE = STRUCT.u64("size");

  /** 16 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(16);

  /** Reads the struct from the first 16 bytes of a segment. */
  public static KvmEncRegion read(MemorySegment struct) {
    LAYOUT.check(struct);
    return new KvmEncRegion(ADDR.get(struct), SIZE.get(struct));
  }

  /** Writes the struct into the first 16 bytes of a segment, padding as zero. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct).asSlice(0, LAYOUT.size()).fill((byte) 0);
    ADDR.set(struct, addr);
    SIZE.set(struct, size);
  }
}
