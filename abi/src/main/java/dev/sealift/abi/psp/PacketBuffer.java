package dev.sealift.abi.psp;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * Command buffer of every transport packet: LAUNCH_SECRET, SEND_UPDATE_DATA, SEND_UPDATE_VMSA,
 * RECEIVE_UPDATE_DATA and RECEIVE_UPDATE_VMSA.
 *
 * <p>Physical addresses; packed. Source: AMD publication 55766; linux/psp-sev.h.
 *
 * @param handle the guest
 * @param hdrAddress the packet header
 * @param hdrLen its length in bytes
 * @param guestAddress the guest memory
 * @param guestLen its length in bytes
 * @param transAddress the ciphertext
 * @param transLen its length in bytes
 */
public record PacketBuffer(
    int handle,
    long hdrAddress,
    long hdrLen,
    long guestAddress,
    long guestLen,
    long transAddress,
    long transLen) {
  private static final StructLayout.Builder STRUCT =
      StructLayout.packed("sev_data_send_update_data");
  private static final Field.U32 HANDLE = STRUCT.u32("handle");
  private static final Field.U64 HDR_ADDRESS = STRUCT.reserved(4).u64("hdr_address");
  private static final Field.U32 HDR_LEN = STRUCT.u32("hdr_len");
  private static final Field.U64 GUEST_ADDRESS = STRUCT.reserved(4).u64("guest_address");
  private static final Field.U32 GUEST_LEN = STRUCT.u32("guest_len");
  private static final Field.U64 TRANS_ADDRESS = STRUCT.reserved(4).u64("trans_address");
  private static final Field.U32 TRANS_LEN = STRUCT.u32("trans_len");

  /** 52 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(52);

  /** Reads the struct from the first 52 bytes of a segment. */
  public static PacketBuffer read(MemorySegment struct) {
    LAYOUT.check(struct);
    return new PacketBuffer(
        HANDLE.get(struct),
        HDR_ADDRESS.get(struct),
        HDR_LEN.getUnsigned(struct),
        GUEST_ADDRESS.get(struct),
        GUEST_LEN.getUnsigned(struct),
        TRANS_ADDRESS.get(struct),
        TRANS_LEN.getUnsigned(struct));
  }

  /** Writes the struct into the first 52 bytes of a segment, padding as zero. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct).asSlice(0, LAYOUT.size()).fill((byte) 0);
    HANDLE.set(struct, handle);
    HDR_ADDRESS.set(struct, hdrAddress);
    HDR_LEN.setUnsigned(struct, hdrLen);
    GUEST_ADDRESS.set(struct, guestAddress);
    GUEST_LEN.setUnsigned(struct, guestLen);
    TRANS_ADDRESS.set(struct, transAddress);
    TRANS_LEN.setUnsigned(struct, transLen);
  }
}
