package dev.sealift.abi.psp;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * Command buffer of DOWNLOAD_FIRMWARE.
 *
 * <p>Physical addresses; packed. Source: AMD publication 55766; linux/psp-sev.h.
 *
 * @param address the image, 32-byte aligned
 * @param len its length in bytes
 */
public record DownloadFirmwareBuffer(long address, long len) {
  private static final StructLayout.Builder STRUCT =
      StructLayout.packed("sev_data_download_firmware");
  private static final Field.U64 ADDRESS = STRUCT.u64("address");
  private static final Field.U32 LEN = STRUCT.u32("len");

  /** 12 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(12);

  /** Reads the struct from the first 12 bytes of a segment. */
  public static DownloadFirmwareBuffer read(MemorySegment struct) {
    LAYOUT.check(struct);
    return new DownloadFirmwareBuffer(ADDRESS.get(struct), LEN.getUnsigned(struct));
  }

  /** Writes the struct into the first 12 bytes of a segment, padding as zero. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct).asSlice(0, LAYOUT.size()).fill((byte) 0);
    ADDRESS.set(struct, address);
    LEN.setUnsigned(struct, len);
  }
}
