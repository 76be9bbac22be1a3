package dev.sealift.abi.sev;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * Parameters of KVM_SEV_LAUNCH_START.
 *
 * <p>Source: asm/kvm.h.
 *
 * @param handle in: zero, or the handle of a guest to share keys with; out: the firmware's handle
 * @param policy the guest policy word
 * @param dhUaddr the guest owner's Diffie-Hellman certificate, or zero
 * @param dhLen its length in bytes
 * @param sessionUaddr the owner's session blob, or zero
 * @param sessionLen its length in bytes
 */
public record KvmSevLaunchStart(
    int handle, int policy, long dhUaddr, long dhLen, long sessionUaddr, long sessionLen) {
  private static final StructLayout.Builder STRUCT = StructLayout.natural("kvm_sev_launch_start");
  private static final Field.U32 HANDLE = STRUCT.u32("handle");
  private static final Field.U32 POLICY = STRUCT.u32("policy");
  private static final Field.U64 DH_UADDR = STRUCT.u64("dh_uaddr");
  private static final Field.U32 DH_LEN = STRUCT.u32("dh_len");
  private static final Field.U64 SESSION_UADDR = STRUCT.u64("session_uaddr");
  private static final Field.U32 SESSION_LEN = STRUCT.u32("session_len");

  /** 40 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(40);

  /** Reads the struct from the first 40 bytes of a segment. */
  public static KvmSevLaunchStart read(MemorySegment struct) {
    LAYOUT.check(struct);
    return new KvmSevLaunchStart(
        HANDLE.get(struct),
        POLICY.get(struct),
        DH_UADDR.get(struct),
        DH_LEN.getUnsigned(struct),
        SESSION_UADDR.get(struct),
        SESSION_LEN.getUnsigned(struct));
  }

  /** Writes the struct into the first 40 bytes of a segment, padding as zero. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct).asSlice(0, LAYOUT.size()).fill((byte) 0);
    HANDLE.set(struct, handle);
    POLICY.set(struct, policy);
    DH_UADDR.set(struct, dhUaddr);
    DH_LEN.setUnsigned(struct, dhLen);
    SESSION_UADDR.set(struct, sessionUaddr);
    SESSION_LEN.setUnsigned(struct, sessionLen);
  }
}
