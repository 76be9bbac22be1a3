package dev.sealift.abi.psp;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * Command buffer of LAUNCH_UPDATE_DATA and LAUNCH_UPDATE_VMSA.
 *
 * <p>Physical addresses; packed. Source: AMD publication 55766; linux/psp-sev.h.
 *
 * @param handle the guest
 * @param address the memory to measure and encrypt in place
 * @param len its length in bytes
 */
public record LaunchUpdateBuffer(int handle, long address, long len) {
  private static final StructLayout.Builder STRUCT =
      StructLayout.packed("sev_data_launch_update_data");
  private static final Field.U32 HANDLE = STRUCT.u32("handle");
  private static final Field.U64 ADDRESS = STRUCT.reserved(4).u64("address");
  private static final Field.U32 LEN = STRUCT.u32("len");

  /** 20 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(20);

  /** Reads the struct from the first 20 bytes of a segment. */
  public static LaunchUpdateBuffer read(MemorySegment struct) {
    LAYOUT.check(struct);
    return new LaunchUpdateBuffer(HANDLE.get(struct), ADDRESS.get(struct), LEN.getUnsigned(struct));
  }

  /** Writes the struct into the first 20 bytes of a segment, padding as zero. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct).asSlice(0, LAYOUT.size()).fill((byte) 0);
    HANDLE.set(struct, handle);
    ADDRESS.set(struct, address);
    LEN.setUnsigned(struct, len);
  }
}
