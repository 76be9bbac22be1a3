package dev.sealift.abi.sev;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * Parameters of KVM_SEV_LAUNCH_UPDATE_DATA: a range to measure and encrypt in place.
 *
 * <p>Source: asm/kvm.h.
 *
 * @param uaddr start of the range
 * @param len its length in bytes, a multiple of 16
 */
public record KvmSevLaunchUpdateData(long uaddr, long len) {
  private static final StructLayout.Builder STRUCT =
      StructLayout.natural("kvm_sev_launch_update_data");
  private static final Field.U64 UADDR = STRUCT.u64("uaddr");
  private static final Field.U32 LEN = STRUCT.u32("len");

  /** 16 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(16);

  /** Reads the struct from the first 16 bytes of a segment. */
  public static KvmSevLaunchUpdateData read(MemorySegment struct) {
    LAYOUT.check(struct);
    return new KvmSevLaunchUpdateData(UADDR.get(struct), LEN.getUnsigned(struct));
  }

  /** Writes the struct into the first 16 bytes of a segment, padding as zero. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct).asSlice(0, LAYOUT.size()).fill((byte) 0);
    UADDR.set(struct, uaddr);
    LEN.setUnsigned(struct, len);
  }
}
