package dev.sealift.crypto.cert;

import java.util.Arrays;

/**
 * One of the two signatures of a SEV certificate: 520 bytes.
 *
 * <p>An ECDSA signature is r and s, 72 bytes each, little-endian; an RSA signature is as long as
 * the modulus, little-endian. Source: AMD publication 55766, SEV certificate format.
 *
 * @param usage usage of the signer's key, as a number
 * @param algorithm the signature's algorithm, as a number
 * @param signature 512 bytes
 */
@SuppressWarnings("ArrayRecordComponent") // equals, hashCode and copies are written out
public record SignatureSlot(int usage, int algorithm, byte[] signature) {

  /** Bytes of a signature, padding included. */
  public static final int SIGNATURE_SIZE = 512;

  /** A slot nobody has signed. */
  public static final SignatureSlot EMPTY =
      new SignatureSlot(
          SevCertificate.Usage.NONE.value(),
          SevCertificate.Algorithm.NONE.value(),
          new byte[SIGNATURE_SIZE]);

  public SignatureSlot {
    if (signature.length != SIGNATURE_SIZE) {
      throw new IllegalArgumentException(
          "a signature slot takes 512 bytes, not " + signature.length);
    }
    signature = signature.clone();
  }

  @Override
  public byte[] signature() {
    return signature.clone();
  }

  /** Whether it names neither a signer nor an algorithm. */
  public boolean isEmpty() {
    return namesNoSigner() && namesNoAlgorithm();
  }

  /** Whether it names only one of signer and algorithm, which no certificate may do. */
  boolean isHalfEmpty() {
    return namesNoSigner() != namesNoAlgorithm();
  }

  private boolean namesNoSigner() {
    return usage == SevCertificate.Usage.NONE.value();
  }

  private boolean namesNoAlgorithm() {
    return algorithm == SevCertificate.Algorithm.NONE.value();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SignatureSlot slot
        && usage == slot.usage
        && algorithm == slot.algorithm
        && Arrays.equals(signature, slot.signature);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(signature);
  }

  @Override
  public String toString() {
    return isEmpty()
        ? "empty"
        : SevCertificate.Algorithm.describe(algorithm)
            + " by "
            + SevCertificate.Usage.describe(usage);
  }
}
