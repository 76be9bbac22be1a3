package dev.sealift.abi.sev;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * What KVM_SEV_GUEST_STATUS writes.
 *
 * <p>Source: asm/kvm.h.
 *
 * @param handle the firmware's handle
 * @param policy the guest policy word
 * @param state the guest's state, see {@link dev.sealift.abi.psp.GuestState}
 */
public record KvmSevGuestStatus(int handle, int policy, int state) {
  private static final StructLayout.Builder STRUCT = StructLayout.natural("kvm_sev_guest_status");
  private static final Field.U32 HANDLE = STRUCT.u32("handle");
  private static final Field.U32 POLICY = STRUCT.u32("policy");
  private static final Field.U32 STATE = STRUCT.u32("state");

  /** 12 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(12);

  /** Reads the struct from the first 12 bytes of a segment. */
  public static KvmSevGuestStatus read(MemorySegment struct) {
    LAYOUT.check(struct);
    return new KvmSevGuestStatus(HANDLE.get(struct), POLICY.get(struct), STATE.get(struct));
  }

  /** Writes the struct into the first 12 bytes of a segment, padding as zero. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct).asSlice(0, LAYOUT.size()).fill((byte) 0);
    HANDLE.set(struct, handle);
    POLICY.set(struct, policy);
    STATE.set(struct, state);
  }
}
