package dev.sealift.cli.adversary.lab;

/**
 * A page as SEND_UPDATE_DATA sealed it.
 *
 * @param gfn the page's number, which is no part of what is sealed
 * @param header the packet header, 52 bytes
 * @param ciphertext 4096 bytes
 */
// Made, sent and forgotten; nobody compares packets.
@SuppressWarnings("ArrayRecordComponent")
public record Packet(long gfn, byte[] header, byte[] ciphertext) {

  /** Where the IV lies in a header. */
  public static final int IV_OFFSET = 4;

  /** Where the MAC lies in a header. */
  public static final int MAC_OFFSET = 20;

  /** The same packet for another page. */
  public Packet to(long other) {
    return new Packet(other, header, ciphertext);
  }

  /** The same packet with a bit of its header flipped. */
  public Packet withHeaderBit(int offset) {
    byte[] flipped = header.clone();
    flipped[offset] ^= 1;
    return new Packet(gfn, flipped, ciphertext);
  }

  /** The same packet with a bit of its ciphertext flipped. */
  public Packet withCiphertextBit(int offset) {
    byte[] flipped = ciphertext.clone();
    flipped[offset] ^= 1;
    return new Packet(gfn, header, flipped);
  }
}
