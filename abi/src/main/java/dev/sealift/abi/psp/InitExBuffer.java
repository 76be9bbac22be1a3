package dev.sealift.abi.psp;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * Command buffer of INIT_EX.
 *
 * <p>Physical addresses; packed. Source: AMD publication 55766; linux/psp-sev.h.
 *
 * @param length size of this struct, exactly 36
 * @param flags bit 0: SEV-ES; other bits zero
 * @param reserved zero
 * @param tmrAddress trusted memory region for SEV-ES, 1 MiB aligned
 * @param tmrLen its length in bytes, exactly 1 MiB
 * @param nvAddress where the platform keeps its identity, 4 KiB aligned; 0 for the flash behind it
 * @param nvLen its length in bytes, exactly 32 KiB
 */
public record InitExBuffer(
    long length,
    int flags,
    int reserved,
    long tmrAddress,
    long tmrLen,
    long nvAddress,
    long nvLen) {
  private static final StructLayout.Builder STRUCT = StructLayout.packed("sev_data_init_ex");
  private static final Field.U32 LENGTH = STRUCT.u32("length");
  private static final Field.U16 FLAGS = STRUCT.u16("flags");
  private static final Field.U16 RESERVED = STRUCT.u16("reserved");
  private static final Field.U64 TMR_ADDRESS = STRUCT.u64("tmr_address");
  private static final Field.U32 TMR_LEN = STRUCT.u32("tmr_len");
  private static final Field.U64 NV_ADDRESS = STRUCT.reserved(4).u64("nv_address");
  private static final Field.U32 NV_LEN = STRUCT.u32("nv_len");

  /** 36 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(36);

  /** Reads the struct from the first 36 bytes of a segment. */
  public static InitExBuffer read(MemorySegment struct) {
    LAYOUT.check(struct);
    return new InitExBuffer(
        LENGTH.getUnsigned(struct),
        FLAGS.get(struct),
        RESERVED.get(struct),
        TMR_ADDRESS.get(struct),
        TMR_LEN.getUnsigned(struct),
        NV_ADDRESS.get(struct),
        NV_LEN.getUnsigned(struct));
  }

  /** Writes the struct into the first 36 bytes of a segment, padding as zero. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct).asSlice(0, LAYOUT.size()).fill((byte) 0);
    LENGTH.setUnsigned(struct, length);
    FLAGS.set(struct, flags);
    RESERVED.set(struct, reserved);
    TMR_ADDRESS.set(struct, tmrAddress);
    TMR_LEN.setUnsigned(struct, tmrLen);
    NV_ADDRESS.set(struct, nvAddress);
    NV_LEN.setUnsigned(struct, nvLen);
  }
}
