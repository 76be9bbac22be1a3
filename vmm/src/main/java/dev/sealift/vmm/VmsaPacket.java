package dev.sealift.vmm;

import dev.sealift.abi.Pages;
import dev.sealift.abi.sev.SevLimits;

/**
 * The registers of one vCPU, sealed by SEND_UPDATE_VMSA for another platform. Its arrays are not
 * copied: a packet is made and sent, or received and opened.
 *
 * @param header the packet header, 52 bytes
 * @param ciphertext the VMSA, 4096 bytes
 */
// A packet is carried from one owner to the next: a copy of each array would be for nobody.
@SuppressWarnings("ArrayRecordComponent")
public record VmsaPacket(byte[] header, byte[] ciphertext) {

  /**
   * @throws IllegalArgumentException if a part has another size
   */
  public VmsaPacket {
    if (header.length != SevLimits.PACKET_HEADER || ciphertext.length != Pages.SIZE) {
      throw new IllegalArgumentException(
          "a VMSA packet has a header of %d bytes and %d bytes of ciphertext, not %d and %d"
              .formatted(SevLimits.PACKET_HEADER, Pages.SIZE, header.length, ciphertext.length));
    }
  }
}
