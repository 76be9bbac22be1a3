package dev.sealift.crypto.cert;

/**
 * Where in a certificate a rule is broken.
 *
 * @param side in the certificate that is signed or in the signer's
 * @param first offset of the first byte, from the start of that certificate
 * @param last offset of the last byte
 * @param part what these bytes are: "signature 1"
 */
public record FaultyBytes(Side side, int first, int last, String part) {

  /** Which certificate of an edge. */
  public enum Side {
    SIGNED,
    SIGNER
  }

  static FaultyBytes signed(int offset, int size, String part) {
    return new FaultyBytes(Side.SIGNED, offset, offset + size - 1, part);
  }

  /** The same bytes in the signer's certificate. */
  FaultyBytes ofSigner() {
    return new FaultyBytes(Side.SIGNER, first, last, part);
  }

  /** {@code bytes 0x414..0x61B (signature 1)}. */
  @Override
  public String toString() {
    return "bytes 0x%03X..0x%03X (%s)".formatted(first, last, part);
  }
}
