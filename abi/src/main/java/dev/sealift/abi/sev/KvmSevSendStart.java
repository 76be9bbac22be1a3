package dev.sealift.abi.sev;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * Parameters of KVM_SEV_SEND_START. A session length of zero asks for the length that is needed.
 *
 * <p>Source: asm/kvm.h.
 *
 * @param policy out: the guest policy word
 * @param pdhCertUaddr the target's PDH certificate
 * @param pdhCertLen its length in bytes
 * @param platCertsUaddr the target's PEK, OCA and CEK certificates
 * @param platCertsLen their length in bytes
 * @param amdCertsUaddr the ASK and ARK certificates over the target's CEK
 * @param amdCertsLen their length in bytes
 * @param sessionUaddr where the 128-byte session goes
 * @param sessionLen in: the room there; out: the length that is needed
 */
public record KvmSevSendStart(
    int policy,
    long pdhCertUaddr,
    long pdhCertLen,
    long platCertsUaddr,
    long platCertsLen,
    long amdCertsUaddr,
    long amdCertsLen,
    long sessionUaddr,
    long sessionLen) {
  private static final StructLayout.Builder STRUCT = StructLayout.natural("kvm_sev_send_start");
  private static final Field.U32 POLICY = STRUCT.u32("policy");
  private static final Field.U64 PDH_CERT_UADDR = STRUCT.u64("pdh_cert_uaddr");
  private static final Field.U32 PDH_CERT_LEN = STRUCT.u32("pdh_cert_len");
  private static final Field.U64 PLAT_CERTS_UADDR = STRUCT.u64("plat_certs_uaddr");
  private static final Field.U32 PLAT_CERTS_LEN = STRUCT.u32("plat_certs_len");
  private static final Field.U64 AMD_CERTS_UADDR = STRUCT.u64("amd_certs_uaddr");
  private static final Field.U32 AMD_CERTS_LEN = STRUCT.u32("amd_certs_len");
  private static final Field.U64 SESSION_UADDR = STRUCT.u64("session_uaddr");
  private static final Field.U32 SESSION_LEN = STRUCT.u32("session_len");

  /** 72 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(72);

  /** Reads the struct from the first 72 bytes of a segment. */
  public static KvmSevSendStart read(MemorySegment struct) {
    LAYOUT.check(struct);
    return new KvmSevSendStart(
        POLICY.get(struct),
        PDH_CERT_UADDR.get(struct),
        PDH_CERT_LEN.getUnsigned(struct),
        PLAT_CERTS_UADDR.get(struct),
        PLAT_CERTS_LEN.getUnsigned(struct),
        AMD_CERTS_UADDR.get(struct),
        AMD_CERTS_LEN.getUnsigned(struct),
        SESSION_UADDR.get(struct),
        SESSION_LEN.getUnsigned(struct));
  }

  /** Writes the struct into the first 72 bytes of a segment, padding as zero. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct).asSlice(0, LAYOUT.size()).fill((byte) 0);
    POLICY.set(struct, policy);
    PDH_CERT_UADDR.set(struct, pdhCertUaddr);
    PDH_CERT_LEN.setUnsigned(struct, pdhCertLen);
    PLAT_CERTS_UADDR.set(struct, platCertsUaddr);
    PLAT_CERTS_LEN.setUnsigned(struct, platCertsLen);
    AMD_CERTS_UADDR.set(struct, amdCertsUaddr);
    AMD_CERTS_LEN.setUnsigned(struct, amdCertsLen);
    SESSION_UADDR.set(struct, sessionUaddr);
    SESSION_LEN.setUnsigned(struct, sessionLen);
  }
}
