package dev.sealift.abi.psp;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * Command buffer of RECEIVE_START.
 *
 * <p>Physical addresses; packed. Source: AMD publication 55766; linux/psp-sev.h.
 *
 * @param handle in: zero, or a guest to share keys with; out: the new guest
 * @param policy the guest policy word
 * @param pdhCertAddress the source's PDH certificate
 * @param pdhCertLen its length in bytes
 * @param sessionAddress the session that SEND_START made
 * @param sessionLen its length in bytes
 */
public record ReceiveStartBuffer(
    int handle,
    int policy,
    long pdhCertAddress,
    long pdhCertLen,
    long sessionAddress,
    long sessionLen) {
  private static final StructLayout.Builder STRUCT = StructLayout.packed("sev_data_receive_start");
  private static final Field.U32 HANDLE = STRUCT.u32("handle");
  private static final Field.U32 POLICY = STRUCT.u32("policy");
  private static final Field.U64 PDH_CERT_ADDRESS = STRUCT.u64("pdh_cert_address");
  private static final Field.U32 PDH_CERT_LEN = STRUCT.u32("pdh_cert_len");
  private static final Field.U64 SESSION_ADDRESS = STRUCT.reserved(4).u64("session_address");
  private static final Field.U32 SESSION_LEN = STRUCT.u32("session_len");

  /** 36 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(36);

  /** Reads the struct from the first 36 bytes of a segment. */
  public static ReceiveStartBuffer read(MemorySegment struct) {
    LAYOUT.check(struct);
    return new ReceiveStartBuffer(
        HANDLE.get(struct),
        POLICY.get(struct),
        PDH_CERT_ADDRESS.get(struct),
        PDH_CERT_LEN.getUnsigned(struct),
        SESSION_ADDRESS.get(struct),
        SESSION_LEN.getUnsigned(struct));
  }

  /** Writes the struct into the first 36 bytes of a segment, padding as zero. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct).asSlice(0, LAYOUT.size()).fill((byte) 0);
    HANDLE.set(struct, handle);
    POLICY.set(struct, policy);
    PDH_CERT_ADDRESS.set(struct, pdhCertAddress);
    PDH_CERT_LEN.setUnsigned(struct, pdhCertLen);
    SESSION_ADDRESS.set(struct, sessionAddress);
    SESSION_LEN.setUnsigned(struct, sessionLen);
  }
}
