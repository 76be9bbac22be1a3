package dev.sealift.abi.psp;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * Command buffer of PEK_CERT_IMPORT.
 *
 * <p>Physical addresses; packed. Source: AMD publication 55766; linux/psp-sev.h.
 *
 * @param pekCertAddress the PEK certificate that the owner has signed
 * @param pekCertLen its length in bytes
 * @param ocaCertAddress the owner's certificate
 * @param ocaCertLen its length in bytes
 */
public record PekCertImportBuffer(
    long pekCertAddress, long pekCertLen, long ocaCertAddress, long ocaCertLen) {
  private static final StructLayout.Builder STRUCT =
      StructLayout.packed("sev_data_pek_cert_import");
  private static final Field.U64 PEK_CERT_ADDRESS = STRUCT.u64("pek_cert_address");
  private static final Field.U32 PEK_CERT_LEN = STRUCT.u32("pek_cert_len");
  private static final Field.U64 OCA_CERT_ADDRESS = STRUCT.reserved(4).u64("oca_cert_address");
  private static final Field.U32 OCA_CERT_LEN = STRUCT.u32("oca_cert_len");

  /** 28 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(28);

  /** Reads the struct from the first 28 bytes of a segment. */
  public static PekCertImportBuffer read(MemorySegment struct) {
    LAYOUT.check(struct);
    return new PekCertImportBuffer(
        PEK_CERT_ADDRESS.get(struct),
        PEK_CERT_LEN.getUnsigned(struct),
        OCA_CERT_ADDRESS.get(struct),
        OCA_CERT_LEN.getUnsigned(struct));
  }

  /** Writes the struct into the first 28 bytes of a segment, padding as zero. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct).asSlice(0, LAYOUT.size()).fill((byte) 0);
    PEK_CERT_ADDRESS.set(struct, pekCertAddress);
    PEK_CERT_LEN.setUnsigned(struct, pekCertLen);
    OCA_CERT_ADDRESS.set(struct, ocaCertAddress);
    OCA_CERT_LEN.setUnsigned(struct, ocaCertLen);
  }
}
