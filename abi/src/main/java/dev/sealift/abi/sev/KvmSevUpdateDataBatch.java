package dev.sealift.abi.sev;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Parameters of {@link SevExtension#SEND_UPDATE_DATA_BATCH} and {@link
 * SevExtension#RECEIVE_UPDATE_DATA_BATCH}: up to {@value #MAXIMUM_COUNT} packets in one call. No
 * mainline kernel has this struct.
 *
 * <p>Packet {@code i} takes or gives the guest memory whose user address is the {@code i}th 64-bit
 * word of an array, with its header at {@code hdrUaddr + i * hdrLen} and its ciphertext at {@code
 * transUaddr + i * transLen}. Packets are done in order and the first failure ends the call; {@code
 * done} tells how many came before it, and those are complete.
 *
 * @param guestUaddrs the array of user addresses of guest memory
 * @param count how many packets: 1 to {@value #MAXIMUM_COUNT}
 * @param done out: how many packets are complete, whatever the call returned
 * @param hdrUaddr the headers, one behind the other
 * @param hdrLen bytes of each header
 * @param guestLen bytes of guest memory in each packet: at most a page, and never across one
 * @param transUaddr the ciphertexts, one behind the other
 * @param transLen bytes of each ciphertext
 */
public record KvmSevUpdateDataBatch(
    long guestUaddrs,
    long count,
    long done,
    long hdrUaddr,
    long hdrLen,
    long guestLen,
    long transUaddr,
    long transLen) {

  /** The most packets of one call. */
  public static final int MAXIMUM_COUNT = 1024;

  /** An element of the array of user addresses. */
  public static final ValueLayout.OfLong ADDRESS =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final StructLayout.Builder STRUCT =
      StructLayout.natural("kvm_sev_update_data_batch");
  private static final Field.U64 GUEST_UADDRS = STRUCT.u64("guest_uaddrs");
  private static final Field.U32 COUNT = STRUCT.u32("count");
  private static final Field.U32 DONE = STRUCT.u32("done");
  private static final Field.U64 HDR_UADDR = STRUCT.u64("hdr_uaddr");
  private static final Field.U32 HDR_LEN = STRUCT.u32("hdr_len");
  private static final Field.U32 GUEST_LEN = STRUCT.u32("guest_len");
  private static final Field.U64 TRANS_UADDR = STRUCT.u64("trans_uaddr");
  private static final Field.U32 TRANS_LEN = STRUCT.u32("trans_len");

  /** 48 bytes. */
  public static final StructLayout LAYOUT = STRUCT.size(48);

  /** Reads the struct from the first 48 bytes of a segment. */
  public static KvmSevUpdateDataBatch read(MemorySegment struct) {
    LAYOUT.check(struct);
    return new KvmSevUpdateDataBatch(
        GUEST_UADDRS.get(struct),
        COUNT.getUnsigned(struct),
        DONE.getUnsigned(struct),
        HDR_UADDR.get(struct),
        HDR_LEN.getUnsigned(struct),
        GUEST_LEN.getUnsigned(struct),
        TRANS_UADDR.get(struct),
        TRANS_LEN.getUnsigned(struct));
  }

  /** Says in a struct how many packets are complete, an unsigned 32-bit number. */
  public static void setDone(MemorySegment struct, long done) {
    DONE.setUnsigned(struct, done);
  }

  /** Writes the struct into the first 48 bytes of a segment, padding as zero. */
  public void write(MemorySegment struct) {
    LAYOUT.check(struct).asSlice(0, LAYOUT.size()).fill((byte) 0);
    GUEST_UADDRS.set(struct, guestUaddrs);
    COUNT.setUnsigned(struct, count);
    DONE.setUnsigned(struct, done);
    HDR_UADDR.set(struct, hdrUaddr);
    HDR_LEN.setUnsigned(struct, hdrLen);
    GUEST_LEN.setUnsigned(struct, guestLen);
    TRANS_UADDR.set(struct, transUaddr);
    TRANS_LEN.setUnsigned(struct, transLen);
  }
}
