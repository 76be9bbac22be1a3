package dev.sealift.abi.psp;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * Command buffer of DBG_DECRYPT and DBG_ENCRYPT.
 *
 * <p>Physical addresses; packed. Source: AMD publication 55766; linux/psp-sev.h.
 *
 * @param handle the guest
 * @param srcAddress where to read, 16-byte aligned
 * @param dstAddress where to write, 16-byte aligned
 * @param len bytes, a multiple of 16
 */
public record DebugBuffer(int handle, long srcAddress, long dstAddress, long len) {
  private static final StructLayout.Builder STRUCT = StructLayout.packed("sev_data_dbg");
  private static final Field.U32 HANDLE = STRUCT.u32("handle");
  private static final Field.U64 SRC_ADDR = STRUCT.reserved(4).u64("src_addr");
  private static final Field.U64 DST_ADDR = STRUCT.u64("dst_addr");
  private static final Field.U32 LEN = STRUCT.u32("len");

  /** 28 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(28);

  /** Reads the struct from the first 28 bytes of a segment. */
  public static DebugBuffer read(MemorySegment struct) {
    LAYOUT.check(struct);
    return new DebugBuffer(
        HANDLE.get(struct), SRC_ADDR.get(struct), DST_ADDR.get(struct), LEN.getUnsigned(struct));
  }

  /** Writes the struct into the first 28 bytes of a segment, padding as zero. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct).asSlice(0, LAYOUT.size()).fill((byte) 0);
    HANDLE.set(struct, handle);
    SRC_ADDR.set(struct, srcAddress);
    DST_ADDR.set(struct, dstAddress);
    LEN.setUnsigned(struct, len);
  }
}
