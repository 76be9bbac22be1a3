package dev.sealift.abi.psp;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * Command buffer of ATTESTATION.
 *
 * <p>Physical addresses; packed. Source: AMD publication 55766; linux/psp-sev.h.
 *
 * @param handle the guest
 * @param address where the report goes
 * @param mnonce 16 bytes that the report repeats
 * @param len in: room; out: length in bytes, 208
 */
@SuppressWarnings("ArrayRecordComponent") // bytes of a struct, copied in and out
public record AttestationBuffer(int handle, long address, byte[] mnonce, long len) {
  private static final StructLayout.Builder STRUCT =
      StructLayout.packed("sev_data_attestation_report");
  private static final Field.U32 HANDLE = STRUCT.u32("handle");
  private static final Field.U64 ADDRESS = STRUCT.reserved(4).u64("address");
  private static final Field.Bytes MNONCE = STRUCT.bytes("mnonce", 16);
  private static final Field.U32 LEN = STRUCT.u32("len");

  /** 36 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(36);

  /** Reads the struct from the first 36 bytes of a segment. */
  public static AttestationBuffer read(MemorySegment struct) {
    LAYOUT.check(struct);
    return new AttestationBuffer(
        HANDLE.get(struct), ADDRESS.get(struct), MNONCE.get(struct), LEN.getUnsigned(struct));
  }

  /** Writes the struct into the first 36 bytes of a segment, padding as zero. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct).asSlice(0, LAYOUT.size()).fill((byte) 0);
    HANDLE.set(struct, handle);
    ADDRESS.set(struct, address);
    MNONCE.set(struct, mnonce);
    LEN.setUnsigned(struct, len);
  }
}
