package dev.sealift.kernel;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * Parameters of PEK_CERT_IMPORT. User space gives them without the reserved word that the firmware
 * has between the two certificates.
 *
 * <p>Source: uapi linux/psp-sev.h, sev_user_data_pek_cert_import; AMD publication 55766,
 * PEK_CERT_IMPORT.
 *
 * @param pekAddress the signed PEK certificate: a user address, or a physical one
 * @param pekLength its length in bytes
 * @param ocaAddress the owner's certificate
 * @param ocaLength its length in bytes
 */
record PekCertImport(long pekAddress, long pekLength, long ocaAddress, long ocaLength) {

  private static final class User {
    static final StructLayout.Builder STRUCT = StructLayout.packed("sev_user_data_pek_cert_import");
    static final Field.U64 PEK_ADDRESS = STRUCT.u64("pek_cert_address");
    static final Field.U32 PEK_LENGTH = STRUCT.u32("pek_cert_len");
    static final Field.U64 OCA_ADDRESS = STRUCT.u64("oca_cert_address");
    static final Field.U32 OCA_LENGTH = STRUCT.u32("oca_cert_len");
    static final StructLayout LAYOUT = STRUCT.size(24);
  }

  private static final class Firmware {
    static final StructLayout.Builder STRUCT = StructLayout.packed("sev_data_pek_cert_import");
    static final Field.U64 PEK_ADDRESS = STRUCT.u64("pek_cert_address");
    static final Field.U32 PEK_LENGTH = STRUCT.u32("pek_cert_len");
    static final Field.U64 OCA_ADDRESS = STRUCT.reserved(4).u64("oca_cert_address");
    static final Field.U32 OCA_LENGTH = STRUCT.u32("oca_cert_len");
    static final StructLayout LAYOUT = STRUCT.size(28);
  }

  /** Bytes of user space's struct. */
  static final int USER_SIZE = 24;

  /** Bytes of the firmware's command buffer. */
  static final int FIRMWARE_SIZE = 28;

  /** Reads user space's struct. */
  static PekCertImport read(MemorySegment struct) {
    User.LAYOUT.check(struct);
    return new PekCertImport(
        User.PEK_ADDRESS.get(struct),
        User.PEK_LENGTH.getUnsigned(struct),
        User.OCA_ADDRESS.get(struct),
        User.OCA_LENGTH.getUnsigned(struct));
  }

  /** Writes the firmware's command buffer. */
  void write(MemorySegment struct) {
    Firmware.LAYOUT.check(struct);
    Firmware.PEK_ADDRESS.set(struct, pekAddress);
    Firmware.PEK_LENGTH.setUnsigned(struct, pekLength);
    Firmware.OCA_ADDRESS.set(struct, ocaAddress);
    Firmware.OCA_LENGTH.setUnsigned(struct, ocaLength);
  }
}
