package dev.sealift.abi.sev;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * Parameters of SEV_PEK_CERT_IMPORT. Unlike the firmware's, there is no reserved word between the
 * two certificates.
 *
 * <p>Source: uapi linux/psp-sev.h (packed).
 *
 * @param pekCertAddress the PEK certificate that the owner has signed
 * @param pekCertLen its length in bytes
 * @param ocaCertAddress the owner's certificate
 * @param ocaCertLen its length in bytes
 */
public record SevUserDataPekCertImport(
    long pekCertAddress, long pekCertLen, long ocaCertAddress, long ocaCertLen) {
  private static final StructLayout.Builder STRUCT =
      StructLayout.packed("sev_user_data_pek_cert_import");
  private static final Field.U64 PEK_CERT_ADDRESS = STRUCT.u64("pek_cert_address");
  private static final Field.U32 PEK_CERT_LEN = STRUCT.u32("pek_cert_len");
  private static final Field.U64 OCA_CERT_ADDRESS = STRUCT.u64("oca_cert_address");
  private static final Field.U32 OCA_CERT_LEN = STRUCT.u32("oca_cert_len");

  /** 24 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(24);

  /** Reads the struct from the first 24 bytes of a segment. */
  public static SevUserDataPekCertImport read(MemorySegment struct) {
    LAYOUT.check(struct);
    return new SevUserDataPekCertImport(
        PEK_CERT_ADDRESS.get(struct),
        PEK_CERT_LEN.getUnsigned(struct),
        OCA_CERT_ADDRESS.get(struct),
        OCA_CERT_LEN.getUnsigned(struct));
  }

  /** Writes the struct into the first 24 bytes of a segment. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct);
    PEK_CERT_ADDRESS.set(struct, pekCertAddress);
    PEK_CERT_LEN.setUnsigned(struct, pekCertLen);
    OCA_CERT_ADDRESS.set(struct, ocaCertAddress);
    OCA_CERT_LEN.setUnsigned(struct, ocaCertLen);
  }
}
