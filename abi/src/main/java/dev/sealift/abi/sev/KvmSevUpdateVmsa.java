package dev.sealift.abi.sev;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * Parameters of KVM_SEV_SEND_UPDATE_VMSA and KVM_SEV_RECEIVE_UPDATE_VMSA: the encrypted register
 * state of one vCPU, sealed into a packet or opened from one.
 *
 * <p>No mainline kernel has this struct: the two commands have numbers in asm/kvm.h but no handler
 * and no parameters. It is laid out as kvm_sev_send_update_data is, with the page of the VMSA in
 * the place of guest memory. To send, a header or transport length of zero asks for the lengths
 * that are needed.
 *
 * @param hdrUaddr the 52-byte packet header
 * @param hdrLen room or size of the header in bytes
 * @param guestUaddr the VMSA, on a page of its own
 * @param guestLen its length in bytes: a page
 * @param transUaddr the ciphertext
 * @param transLen room or size of the ciphertext in bytes
 */
public record KvmSevUpdateVmsa(
    long hdrUaddr, long hdrLen, long guestUaddr, long guestLen, long transUaddr, long transLen) {
  private static final StructLayout.Builder STRUCT = StructLayout.natural("kvm_sev_update_vmsa");
  private static final Field.U64 HDR_UADDR = STRUCT.u64("hdr_uaddr");
  private static final Field.U32 HDR_LEN = STRUCT.u32("hdr_len");
  private static final Field.U64 GUEST_UADDR = STRUCT.u64("guest_uaddr");
  private static final Field.U32 GUEST_LEN = STRUCT.u32("guest_len");
  private static final Field.U64 TRANS_UADDR = STRUCT.u64("trans_uaddr");
  private static final Field.U32 TRANS_LEN = STRUCT.u32("trans_len");

  /** 48 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(48);

  /** Reads the struct from the first 48 bytes of a segment. */
  public static KvmSevUpdateVmsa read(MemorySegment struct) {
    LAYOUT.check(struct);
    return new KvmSevUpdateVmsa(
        HDR_UADDR.get(struct),
        HDR_LEN.getUnsigned(struct),
        GUEST_UADDR.get(struct),
        GUEST_LEN.getUnsigned(struct),
        TRANS_UADDR.get(struct),
        TRANS_LEN.getUnsigned(struct));
  }

  /** Writes the struct into the first 48 bytes of a segment, padding as zero. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct).asSlice(0, LAYOUT.size()).fill((byte) 0);
    HDR_UADDR.set(struct, hdrUaddr);
    HDR_LEN.setUnsigned(struct, hdrLen);
    GUEST_UADDR.set(struct, guestUaddr);
    GUEST_LEN.setUnsigned(struct, guestLen);
    TRANS_UADDR.set(struct, transUaddr);
    TRANS_LEN.setUnsigned(struct, transLen);
  }
}
