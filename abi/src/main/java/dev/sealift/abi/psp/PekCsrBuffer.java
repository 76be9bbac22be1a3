package dev.sealift.abi.psp;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * Command buffer of PEK_CSR.
 *
 * <p>Physical addresses; packed. Source: AMD publication 55766; linux/psp-sev.h.
 *
 * @param address where the certificate goes
 * @param len in: room; out: length in bytes, 2084
 */
public record PekCsrBuffer(long address, long len) {
  private static final StructLayout.Builder STRUCT = StructLayout.packed("sev_data_pek_csr");
  private static final Field.U64 ADDRESS = STRUCT.u64("address");
  private static final Field.U32 LEN = STRUCT.u32("len");

  /** 12 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(12);

  /** Reads the struct from the first 12 bytes of a segment. */
  public static PekCsrBuffer read(MemorySegment struct) {
    LAYOUT.check(struct);
    return new PekCsrBuffer(ADDRESS.get(struct), LEN.getUnsigned(struct));
  }

  /** Writes the struct into the first 12 bytes of a segment, padding as zero. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct).asSlice(0, LAYOUT.size()).fill((byte) 0);
    ADDRESS.set(struct, address);
    LEN.setUnsigned(struct, len);
  }
}
