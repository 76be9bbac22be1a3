package dev.sealift.abi.psp;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * Command buffer of every command that takes a guest and nothing else: DECOMMISSION, DEACTIVATE,
 * LAUNCH_FINISH, SEND_FINISH, SEND_CANCEL, RECEIVE_FINISH.
 *
 * <p>Physical addresses; packed. Source: AMD publication 55766; linux/psp-sev.h.
 *
 * @param handle the guest
 */
public record HandleBuffer(int handle) {
  private static final StructLayout.Builder STRUCT = StructLayout.packed("sev_data_decommission");
  private static final Field.U32 HANDLE = STRUCT.u32("handle");

  /** 4 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(4);

  /** Reads the struct from the first 4 bytes of a segment. */
  public static HandleBuffer read(MemorySegment struct) {
    LAYOUT.check(struct);
    return new HandleBuffer(HANDLE.get(struct));
  }

  /** Writes the struct into the first 4 bytes of a segment, padding as zero. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct).asSlice(0, LAYOUT.size()).fill((byte) 0);
    HANDLE.set(struct, handle);
  }
}
