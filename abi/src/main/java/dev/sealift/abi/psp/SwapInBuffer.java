package dev.sealift.abi.psp;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * Command buffer of SWAP_IN.
 *
 * <p>Physical addresses; packed. Source: AMD publication 55766; linux/psp-sev.h.
 *
 * @param handle the guest
 * @param flags as for SWAP_OUT; bit 3: in place
 * @param srcAddress the encrypted page
 * @param dstAddress where the guest shall find it
 * @param mdataAddress the page's metadata, 64 bytes, 64-byte aligned
 */
public record SwapInBuffer(
    int handle, int flags, long srcAddress, long dstAddress, long mdataAddress) {
  private static final StructLayout.Builder STRUCT = StructLayout.packed("sev_data_swap_in");
  private static final Field.U32 HANDLE = STRUCT.u32("handle");
  private static final Field.U32 FLAGS = STRUCT.u32("flags");
  private static final Field.U64 SRC_ADDRESS = STRUCT.u64("src_address");
  private static final Field.U64 DST_ADDRESS = STRUCT.u64("dst_address");
  private static final Field.U64 MDATA_ADDRESS = STRUCT.u64("mdata_address");

  /** 32 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(32);

  /** Reads the struct from the first 32 bytes of a segment. */
  public static SwapInBuffer read(MemorySegment struct) {
    LAYOUT.check(struct);
    return new SwapInBuffer(
        HANDLE.get(struct),
        FLAGS.get(struct),
        SRC_ADDRESS.get(struct),
        DST_ADDRESS.get(struct),
        MDATA_ADDRESS.get(struct));
  }

  /** Writes the struct into the first 32 bytes of a segment, padding as zero. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct).asSlice(0, LAYOUT.size()).fill((byte) 0);
    HANDLE.set(struct, handle);
    FLAGS.set(struct, flags);
    SRC_ADDRESS.set(struct, srcAddress);
    DST_ADDRESS.set(struct, dstAddress);
    MDATA_ADDRESS.set(struct, mdataAddress);
  }
}
