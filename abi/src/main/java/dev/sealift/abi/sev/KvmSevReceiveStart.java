package dev.sealift.abi.sev;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * Parameters of KVM_SEV_RECEIVE_START.
 *
 * <p>Source: asm/kvm.h.
 *
 * @param handle in: zero, or the handle of a guest to share keys with; out: the firmware's handle
 * @param policy the guest policy word, as SEND_START gave it
 * @param pdhUaddr the source's PDH certificate
 * @param pdhLen its length in bytes
 * @param sessionUaddr the source's session
 * @param sessionLen its length in bytes
 */
public record KvmSevReceiveStart(
    int handle, int policy, long pdhUaddr, long pdhLen, long sessionUaddr, long sessionLen) {
  private static final StructLayout.Builder STRUCT = StructLayout.natural("kvm_sev_receive_start");
  private static final Field.U32 HANDLE = STRUCT.u32("handle");
  private static final Field.U32 POLICY = STRUCT.u32("policy");
  private static final Field.U64 PDH_UADDR = STRUCT.u64("pdh_uaddr");
  private static final Field.U32 PDH_LEN = STRUCT.u32("pdh_len");
  private static final Field.U64 SESSION_UADDR = STRUCT.u64("session_uaddr");
  private static final Field.U32 SESSION_LEN = STRUCT.u32("session_len");

  /** 40 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(40);

  /** Reads the struct from the first 40 bytes of a segment. */
  public static KvmSevReceiveStart read(MemorySegment struct) {
    LAYOUT.check(struct);
    return new KvmSevReceiveStart(
        HANDLE.get(struct),
        POLICY.get(struct),
        PDH_UADDR.get(struct),
        PDH_LEN.getUnsigned(struct),
        SESSION_UADDR.get(struct),
        SESSION_LEN.getUnsigned(struct));
  }

  /** Writes the struct into the first 40 bytes of a segment, padding as zero. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct).asSlice(0, LAYOUT.size()).fill((byte) 0);
    HANDLE.set(struct, handle);
    POLICY.set(struct, policy);
    PDH_UADDR.set(struct, pdhUaddr);
    PDH_LEN.setUnsigned(struct, pdhLen);
    SESSION_UADDR.set(struct, sessionUaddr);
    SESSION_LEN.setUnsigned(struct, sessionLen);
  }
}
