package dev.sealift.abi.sev;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;

/**
 * Parameters of KVM_SEV_SEND_UPDATE_VMSA and KVM_SEV_RECEIVE_UPDATE_VMSA: the encrypted register
 * state (VMSA) of one vCPU, sealed into a packet or opened from one. The page itself is the
 * kernel's, so the vCPU is named by its id, and the plaintext is always of 4096 bytes.
 *
 * <p>This struct is Sealift's own. No mainline kernel has it: the two commands have numbers in
 * asm/kvm.h but neither handler nor parameters, and Linux answers them with {@code -EINVAL}. To
 * send, a header or transport length of zero asks for the lengths that are needed.
 *
 * @param vcpuId the id that the vCPU was created with
 * @param hdrUaddr the 52-byte packet header
 * @param hdrLen room or size of the header in bytes
 * @param transUaddr the ciphertext
 * @param transLen room or size of the ciphertext in bytes: 4096 to receive, at least that to send
 */
public record KvmSevUpdateVmsa(
    int vcpuId, long hdrUaddr, long hdrLen, long transUaddr, long transLen) {
  private static final StructLayout.Builder STRUCT = StructLayout.natural("kvm_sev_update_vmsa");
  private static final Field.U32 VCPU_ID = STRUCT.u32("vcpu_id");
  private static final Field.U64 HDR_UADDR = STRUCT.u64("hdr_uaddr");
  private static final Field.U32 HDR_LEN = STRUCT.u32("hdr_len");
  private static final Field.U64 TRANS_UADDR = STRUCT.u64("trans_uaddr");
  private static final Field.U32 TRANS_LEN = STRUCT.u32("trans_len");

  /** 40 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(40);

  /** Reads the struct from the first 40 bytes of a segment. */
  public static KvmSevUpdateVmsa read(MemorySegment struct) {
    LAYOUT.check(struct);
    return new KvmSevUpdateVmsa(
        VCPU_ID.get(struct),
        HDR_UADDR.get(struct),
        HDR_LEN.getUnsigned(struct),
        TRANS_UADDR.get(struct),
        TRANS_LEN.getUnsigned(struct));
  }

  /** Writes the struct into the first 40 bytes of a segment, padding as zero. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct).asSlice(0, LAYOUT.size()).fill((byte) 0);
    VCPU_ID.set(struct, vcpuId);
    HDR_UADDR.set(struct, hdrUaddr);
    HDR_LEN.setUnsigned(struct, hdrLen);
    TRANS_UADDR.set(struct, transUaddr);
    TRANS_LEN.setUnsigned(struct, transLen);
  }
}
