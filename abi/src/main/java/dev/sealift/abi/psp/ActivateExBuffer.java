package dev.sealift.abi.psp;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * Command buffer of ACTIVATE_EX.
 *
 * <p>Physical addresses; packed. Source: AMD publication 55766; linux/psp-sev.h.
 *
 * @param exLen size of this struct, exactly 24
 * @param handle the guest
 * @param asid the address space it shall have
 * @param numIds how many core complexes are named
 * @param idsAddress their ids, four bytes each
 */
public record ActivateExBuffer(long exLen, int handle, int asid, long numIds, long idsAddress) {
  private static final StructLayout.Builder STRUCT = StructLayout.packed("sev_data_activate_ex");
  private static final Field.U32 EX_LEN = STRUCT.u32("ex_len");
  private static final Field.U32 HANDLE = STRUCT.u32("handle");
  private static final Field.U32 ASID = STRUCT.u32("asid");
  private static final Field.U32 NUMIDS = STRUCT.u32("numids");
  private static final Field.U64 IDS_ADDRESS = STRUCT.u64("ids_address");

  /** 24 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(24);

  /** Reads the struct from the first 24 bytes of a segment. */
  public static ActivateExBuffer read(MemorySegment struct) {
    LAYOUT.check(struct);
    return new ActivateExBuffer(
        EX_LEN.getUnsigned(struct),
        HANDLE.get(struct),
        ASID.get(struct),
        NUMIDS.getUnsigned(struct),
        IDS_ADDRESS.get(struct));
  }

  /** Writes the struct into the first 24 bytes of a segment, padding as zero. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct).asSlice(0, LAYOUT.size()).fill((byte) 0);
    EX_LEN.setUnsigned(struct, exLen);
    HANDLE.set(struct, handle);
    ASID.set(struct, asid);
    NUMIDS.setUnsigned(struct, numIds);
    IDS_ADDRESS.set(struct, idsAddress);
  }
}
