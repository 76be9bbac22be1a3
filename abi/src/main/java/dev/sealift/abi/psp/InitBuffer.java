package dev.sealift.abi.psp;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * Command buffer of INIT.
 *
 * <p>Physical addresses; packed. Source: AMD publication 55766; linux/psp-sev.h.
 *
 * @param flags bit 0: SEV-ES
 * @param tmrAddress trusted memory region for SEV-ES, 1 MiB aligned
 * @param tmrLen its length in bytes, exactly 1 MiB
 */
public record InitBuffer(int flags, long tmrAddress, long tmrLen) {
  private static final StructLayout.Builder STRUCT = StructLayout.packed("sev_data_init");
  private static final Field.U32 FLAGS = STRUCT.u32("flags");
  private static final Field.U64 TMR_ADDRESS = STRUCT.reserved(4).u64("tmr_address");
  private static final Field.U32 TMR_LEN = STRUCT.u32("tmr_len");

  /** 20 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(20);

  /** Reads the struct from the first 20 bytes of a segment. */
  public static InitBuffer read(MemorySegment struct) {
    LAYOUT.check(struct);
    return new InitBuffer(FLAGS.get(struct), TMR_ADDRESS.get(struct), TMR_LEN.getUnsigned(struct));
  }

  /** Writes the struct into the first 20 bytes of a segment, padding as zero. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct).asSlice(0, LAYOUT.size()).fill((byte) 0);
    FLAGS.set(struct, flags);
    TMR_ADDRESS.set(struct, tmrAddress);
    TMR_LEN.setUnsigned(struct, tmrLen);
  }
}
