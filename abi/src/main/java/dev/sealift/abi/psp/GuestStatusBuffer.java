package dev.sealift.abi.psp;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * Command buffer of GUEST_STATUS.
 *
 * <p>Physical addresses; packed. Source: AMD publication 55766; linux/psp-sev.h.
 *
 * @param handle the guest
 * @param policy out: its policy word
 * @param asid out: its address space, zero if none
 * @param state out: its state, {@link GuestState}
 */
public record GuestStatusBuffer(int handle, int policy, int asid, int state) {
  private static final StructLayout.Builder STRUCT = StructLayout.packed("sev_data_guest_status");
  private static final Field.U32 HANDLE = STRUCT.u32("handle");
  private static final Field.U32 POLICY = STRUCT.u32("policy");
  private static final Field.U32 ASID = STRUCT.u32("asid");
  private static final Field.U8 STATE = STRUCT.u8("state");

  /** 13 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(13);

  /** Reads the struct from the first 13 bytes of a segment. */
  public static GuestStatusBuffer read(MemorySegment struct) {
    LAYOUT.check(struct);
    return new GuestStatusBuffer(
        HANDLE.get(struct), POLICY.get(struct), ASID.get(struct), STATE.get(struct));
  }

  /** Writes the struct into the first 13 bytes of a segment, padding as zero. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct).asSlice(0, LAYOUT.size()).fill((byte) 0);
    HANDLE.set(struct, handle);
    POLICY.set(struct, policy);
    ASID.set(struct, asid);
    STATE.set(struct, state);
  }
}
