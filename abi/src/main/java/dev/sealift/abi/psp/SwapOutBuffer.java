package dev.sealift.abi.psp;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * Command buffer of SWAP_OUT.
 *
 * <p>Physical addresses; packed. Source: AMD publication 55766; linux/psp-sev.h.
 *
 * @param handle the guest
 * @param flags bit 0: a page of 2 MiB instead of 4 KiB; bits 2:1: 0 data, 2 VMSA
 * @param srcAddress the guest's page
 * @param dstAddress where the encrypted page goes
 * @param mdataAddress where the page's metadata goes, 64 bytes, 64-byte aligned
 * @param softwareData eight bytes that the metadata keeps for the caller
 */
public record SwapOutBuffer(
    int handle, int flags, long srcAddress, long dstAddress, long mdataAddress, long softwareData) {
  private static final StructLayout.Builder STRUCT = StructLayout.packed("sev_data_swap_out");
  private static final Field.U32 HANDLE = STRUCT.u32("handle");
  private static final Field.U32 FLAGS = STRUCT.u32("flags");
  private static final Field.U64 SRC_ADDRESS = STRUCT.u64("src_address");
  private static final Field.U64 DST_ADDRESS = STRUCT.u64("dst_address");
  private static final Field.U64 MDATA_ADDRESS = STRUCT.u64("mdata_address");
  private static final Field.U64 SOFTWARE_DATA = STRUCT.u64("software_data");

  /** 40 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(40);

  /** Reads the struct from the first 40 bytes of a segment. */
  public static SwapOutBuffer read(MemorySegment struct) {
    LAYOUT.check(struct);
    return new SwapOutBuffer(
        HANDLE.get(struct),
        FLAGS.get(struct),
        SRC_ADDRESS.get(struct),
        DST_ADDRESS.get(struct),
        MDATA_ADDRESS.get(struct),
        SOFTWARE_DATA.get(struct));
  }

  /** Writes the struct into the first 40 bytes of a segment, padding as zero. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct).asSlice(0, LAYOUT.size()).fill((byte) 0);
    HANDLE.set(struct, handle);
    FLAGS.set(struct, flags);
    SRC_ADDRESS.set(struct, srcAddress);
    DST_ADDRESS.set(struct, dstAddress);
    MDATA_ADDRESS.set(struct, mdataAddress);
    SOFTWARE_DATA.set(struct, softwareData);
  }
}
