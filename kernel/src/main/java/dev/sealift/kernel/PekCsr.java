package dev.sealift.kernel;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * Parameters of PEK_CSR, the same bytes for user space and for the firmware.
 *
 * <p>Source: uapi linux/psp-sev.h, sev_user_data_pek_csr; AMD publication 55766, PEK_CSR.
 *
 * @param address where the signing request goes: a user address, or a physical one
 * @param length in: room, zero to ask; out: length in bytes
 */
record PekCsr(long address, long length) {
  private static final StructLayout.Builder STRUCT = StructLayout.packed("sev_user_data_pek_csr");
  private static final Field.U64 ADDRESS = STRUCT.u64("address");
  private static final Field.U32 LENGTH = STRUCT.u32("length");

  /** 12 bytes. */
  static final StructLayout LAYOUT = STRUCT.size(12);

  static PekCsr read(MemorySegment struct) {
    LAYOUT.check(struct);
    return new PekCsr(ADDRESS.get(struct), LENGTH.getUnsigned(struct));
  }

  void write(MemorySegment struct) {
    LAYOUT.check(struct);
    ADDRESS.set(struct, address);
    LENGTH.setUnsigned(struct, length);
  }
}
