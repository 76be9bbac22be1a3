package dev.sealift.abi.psp;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * Command buffer of SEND_START.
 *
 * <p>Physical addresses; packed. Source: AMD publication 55766; linux/psp-sev.h.
 *
 * @param handle the guest
 * @param policy out: its policy word
 * @param pdhCertAddress the target's PDH certificate
 * @param pdhCertLen its length in bytes
 * @param platCertsAddress the target's PEK, OCA and CEK certificates
 * @param platCertsLen their length in bytes
 * @param amdCertsAddress the ASK and ARK certificates
 * @param amdCertsLen their length in bytes
 * @param sessionAddress where the session goes
 * @param sessionLen in: room, exactly 128; out: 128
 */
public record SendStartBuffer(
    int handle,
    int policy,
    long pdhCertAddress,
    long pdhCertLen,
    long platCertsAddress,
    long platCertsLen,
    long amdCertsAddress,
    long amdCertsLen,
    long sessionAddress,
    long sessionLen) {
  private static final StructLayout.Builder STRUCT = StructLayout.packed("sev_data_send_start");
  private static final Field.U32 HANDLE = STRUCT.u32("handle");
  private static final Field.U32 POLICY = STRUCT.u32("policy");
  private static final Field.U64 PDH_CERT_ADDRESS = STRUCT.u64("pdh_cert_address");
  private static final Field.U32 PDH_CERT_LEN = STRUCT.u32("pdh_cert_len");
  private static final Field.U64 PLAT_CERTS_ADDRESS = STRUCT.reserved(4).u64("plat_certs_address");
  private static final Field.U32 PLAT_CERTS_LEN = STRUCT.u32("plat_certs_len");
  private static final Field.U64 AMD_CERTS_ADDRESS = STRUCT.reserved(4).u64("amd_certs_address");
  private static final Field.U32 AMD_CERTS_LEN = STRUCT.u32("amd_certs_len");
  private static final Field.U64 SESSION_ADDRESS = STRUCT.reserved(4).u64("session_address");
  private static final Field.U32 SESSION_LEN = STRUCT.u32("session_len");

  /** 68 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(68);

  /** Reads the struct from the first 68 bytes of a segment. */
  public static SendStartBuffer read(MemorySegment struct) {
    LAYOUT.check(struct);
    return new SendStartBuffer(
        HANDLE.get(struct),
        POLICY.get(struct),
        PDH_CERT_ADDRESS.get(struct),
        PDH_CERT_LEN.getUnsigned(struct),
        PLAT_CERTS_ADDRESS.get(struct),
        PLAT_CERTS_LEN.getUnsigned(struct),
        AMD_CERTS_ADDRESS.get(struct),
        AMD_CERTS_LEN.getUnsigned(struct),
        SESSION_ADDRESS.get(struct),
        SESSION_LEN.getUnsigned(struct));
  }

  /** Writes the struct into the first 68 bytes of a segment, padding as zero. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct).asSlice(0, LAYOUT.size()).fill((byte) 0);
    HANDLE.set(struct, handle);
    POLICY.set(struct, policy);
    PDH_CERT_ADDRESS.set(struct, pdhCertAddress);
    PDH_CERT_LEN.setUnsigned(struct, pdhCertLen);
    PLAT_CERTS_ADDRESS.set(struct, platCertsAddress);
    PLAT_CERTS_LEN.setUnsigned(struct, platCertsLen);
    AMD_CERTS_ADDRESS.set(struct, amdCertsAddress);
    AMD_CERTS_LEN.setUnsigned(struct, amdCertsLen);
    SESSION_ADDRESS.set(struct, sessionAddress);
    SESSION_LEN.setUnsigned(struct, sessionLen);
  }
}
