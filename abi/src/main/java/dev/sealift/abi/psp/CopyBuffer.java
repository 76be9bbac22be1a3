package dev.sealift.abi.psp;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * Command buffer of COPY.
 *
 * <p>Physical addresses; packed. Source: AMD publication 55766; linux/psp-sev.h.
 *
 * @param handle the guest
 * @param len bytes to copy, whole pages
 * @param srcAddress guest memory to copy from, 4 KiB aligned
 * @param dstAddress where the guest shall find it, 4 KiB aligned
 */
public record CopyBuffer(int handle, long len, long srcAddress, long dstAddress) {
  private static final StructLayout.Builder STRUCT = StructLayout.packed("sev_data_copy");
  private static final Field.U32 HANDLE = STRUCT.u32("handle");
  private static final Field.U32 LEN = STRUCT.u32("len");
  private static final Field.U64 SRC_ADDRESS = STRUCT.u64("src_address");
  private static final Field.U64 DST_ADDRESS = STRUCT.u64("dst_address");

  /** 24 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(24);

  /** Reads the struct from the first 24 bytes of a segment. */
  public static CopyBuffer read(MemorySegment struct) {
    LAYOUT.check(struct);
    return new CopyBuffer(
        HANDLE.get(struct),
        LEN.getUnsigned(struct),
        SRC_ADDRESS.get(struct),
        DST_ADDRESS.get(struct));
  }

  /** Writes the struct into the first 24 bytes of a segment, padding as zero. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct).asSlice(0, LAYOUT.size()).fill((byte) 0);
    HANDLE.set(struct, handle);
    LEN.setUnsigned(struct, len);
    SRC_ADDRESS.set(struct, srcAddress);
    DST_ADDRESS.set(struct, dstAddress);
  }
}
