package dev.sealift.abi.psp;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * Command buffer of PDH_CERT_EXPORT.
 *
 * <p>Physical addresses; packed. Source: AMD publication 55766; linux/psp-sev.h.
 *
 * @param pdhCertAddress where the 2084-byte PDH certificate goes
 * @param pdhCertLen in: room; out: length in bytes
 * @param certChainAddress where PEK, OCA and CEK go, 6252 bytes
 * @param certChainLen in: room; out: length in bytes
 */
public record PdhCertExportBuffer(
    long pdhCertAddress, long pdhCertLen, long certChainAddress, long certChainLen) {
  private static final StructLayout.Builder STRUCT =
      StructLayout.packed("sev_data_pdh_cert_export");
  private static final Field.U64 PDH_CERT_ADDRESS = STRUCT.u64("pdh_cert_address");
  private static final Field.U32 PDH_CERT_LEN = STRUCT.u32("pdh_cert_len");
  private static final Field.U64 CERT_CHAIN_ADDRESS = STRUCT.reserved(4).u64("cert_chain_address");
  private static final Field.U32 CERT_CHAIN_LEN = STRUCT.u32("cert_chain_len");

  /** 28 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(28);

  /** Reads the struct from the first 28 bytes of a segment. */
  public static PdhCertExportBuffer read(MemorySegment struct) {
    LAYOUT.check(struct);
    return new PdhCertExportBuffer(
        PDH_CERT_ADDRESS.get(struct),
        PDH_CERT_LEN.getUnsigned(struct),
        CERT_CHAIN_ADDRESS.get(struct),
        CERT_CHAIN_LEN.getUnsigned(struct));
  }

  /** Writes the struct into the first 28 bytes of a segment, padding as zero. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct).asSlice(0, LAYOUT.size()).fill((byte) 0);
    PDH_CERT_ADDRESS.set(struct, pdhCertAddress);
    PDH_CERT_LEN.setUnsigned(struct, pdhCertLen);
    CERT_CHAIN_ADDRESS.set(struct, certChainAddress);
    CERT_CHAIN_LEN.setUnsigned(struct, certChainLen);
  }
}
