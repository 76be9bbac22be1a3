package dev.sealift.abi.sev;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * Parameters of KVM_SEV_DBG_DECRYPT and KVM_SEV_DBG_ENCRYPT: bytes of guest memory, one end of the
 * copy plain and the other under the guest's key. Neither address nor length need be aligned.
 *
 * <p>Source: asm/kvm.h.
 *
 * @param srcUaddr where to read
 * @param dstUaddr where to write
 * @param len bytes
 */
public record KvmSevDbg(long srcUaddr, long dstUaddr, long len) {
  private static final StructLayout.Builder STRUCT = StructLayout.natural("kvm_sev_dbg");
  private static final Field.U64 SRC_UADDR = STRUCT.u64("src_uaddr");
  private static final Field.U64 DST_UADDR = STRUCT.u64("dst_uaddr");
  private static final Field.U32 LEN = STRUCT.u32("len");

  /** 24 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(24);

  /** Reads the struct from the first 24 bytes of a segment. */
  public static KvmSevDbg read(MemorySegment struct) {
    LAYOUT.check(struct);
    return new KvmSevDbg(SRC_UADDR.get(struct), DST_UADDR.get(struct), LEN.getUnsigned(struct));
  }

  /** Writes the struct into the first 24 bytes of a segment, padding as zero. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct).asSlice(0, LAYOUT.size()).fill((byte) 0);
    SRC_UADDR.set(struct, srcUaddr);
    DST_UADDR.set(struct, dstUaddr);
    LEN.setUnsigned(struct, len);
  }
}
