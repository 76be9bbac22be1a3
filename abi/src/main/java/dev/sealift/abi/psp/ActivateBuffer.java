package dev.sealift.abi.psp;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * Command buffer of ACTIVATE.
 *
 * <p>Physical addresses; packed. Source: AMD publication 55766; linux/psp-sev.h.
 *
 * @param handle the guest
 * @param asid the address space it shall have
 */
public record ActivateBuffer(int handle, int asid) {
  private static final StructLayout.Builder STRUCT = StructLayout.packed("sev_data_activate");
  private static final Field.U32 HANDLE = STRUCT.u32("handle");
  private static final Field.U32 ASID = STRUCT.u32("asid");

  /** 8 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(8);

  /** Reads the struct from the first 8 bytes of a segment. */
  public static ActivateBuffer read(MemorySegment struct) {
    LAYOUT.check(struct);
    return new ActivateBuffer(HANDLE.get(struct), ASID.get(struct));
  }

  /** Writes the struct into the first 8 bytes of a segment, padding as zero. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct).asSlice(0, LAYOUT.size()).fill((byte) 0);
    HANDLE.set(struct, handle);
    ASID.set(struct, asid);
  }
}
