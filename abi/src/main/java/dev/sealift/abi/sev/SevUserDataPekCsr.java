package dev.sealift.abi.sev;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * Parameters of SEV_PEK_CSR. An address or length of zero asks for the length that is needed.
 *
 * <p>Source: uapi linux/psp-sev.h (packed).
 *
 * @param address where the signing request goes
 * @param length in: room; out: length in bytes
 */
public record SevUserDataPekCsr(long address, long length) {
  private static final StructLayout.Builder STRUCT = StructLayout.packed("sev_user_data_pek_csr");
  private static final Field.U64 ADDRESS = STRUCT.u64("address");
  private static final Field.U32 LENGTH = STRUCT.u32("length");

  /** 12 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(12);

  /** Reads the struct from the first 12 bytes of a segment. */
  public static SevUserDataPekCsr read(MemorySegment struct) {
    LAYOUT.check(struct);
    return new SevUserDataPekCsr(ADDRESS.get(struct), LENGTH.getUnsigned(struct));
  }

  /** Writes the struct into the first 12 bytes of a segment. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct);
    ADDRESS.set(struct, address);
    LENGTH.setUnsigned(struct, length);
  }
}
