package dev.sealift.kernel;

import dev.sealift.abi.sev.KvmSevReceiveUpdateData;
import dev.sealift.abi.sev.KvmSevSendUpdateData;

/**
 * Where user space has the parts of a packet, whichever command says so. Lengths are unsigned
 * 32-bit numbers.
 *
 * @param hdrUaddr the header
 * @param hdrLen its length in bytes
 * @param guestUaddr the guest memory
 * @param guestLen its length in bytes
 * @param transUaddr the ciphertext
 * @param transLen its length in bytes
 */
record PacketParameters(
    long hdrUaddr, long hdrLen, long guestUaddr, long guestLen, long transUaddr, long transLen) {

  static PacketParameters of(KvmSevSendUpdateData data) {
    return new PacketParameters(
        data.hdrUaddr(),
        data.hdrLen(),
        data.guestUaddr(),
        data.guestLen(),
        data.transUaddr(),
        data.transLen());
  }

  static PacketParameters of(KvmSevReceiveUpdateData data) {
    return new PacketParameters(
        data.hdrUaddr(),
        data.hdrLen(),
        data.guestUaddr(),
        data.guestLen(),
        data.transUaddr(),
        data.transLen());
  }

  /** Some part is missing, or the guest memory runs from one page into the next. */
  boolean invalid() {
    return hdrUaddr == 0
        || hdrLen == 0
        || guestUaddr == 0
        || guestLen == 0
        || transUaddr == 0
        || transLen == 0
        || PacketMemory.crossesPage(guestUaddr, guestLen);
  }
}
