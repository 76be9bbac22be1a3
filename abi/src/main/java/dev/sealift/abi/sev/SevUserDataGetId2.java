package dev.sealift.abi.sev;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * Parameters of SEV_GET_ID2.
 *
 * <p>Source: uapi linux/psp-sev.h (packed).
 *
 * @param address where the id goes
 * @param length in: room, zero to ask; out: length in bytes
 */
public record SevUserDataGetId2(long address, long length) {
  private static final StructLayout.Builder STRUCT = StructLayout.packed("sev_user_data_get_id2");
  private static final Field.U64 ADDRESS = STRUCT.u64("address");
  private static final Field.U32 LENGTH = STRUCT.u32("length");

  /** 12 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(12);

  /** Reads the struct from the first 12 bytes of a segment. */
  public static SevUserDataGetId2 read(MemorySegment struct) {
    LAYOUT.check(struct);
    return new SevUserDataGetId2(ADDRESS.get(struct), LENGTH.getUnsigned(struct));
  }

  /** Writes the struct into the first 12 bytes of a segment, padding as zero. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct).asSlice(0, LAYOUT.size()).fill((byte) 0);
    ADDRESS.set(struct, address);
    LENGTH.setUnsigned(struct, length);
  }
}
