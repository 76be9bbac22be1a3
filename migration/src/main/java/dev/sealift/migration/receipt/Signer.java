package dev.sealift.migration.receipt;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * Which of the two platforms signs a statement. It signs with an attestation report of the guest:
 * the firmware's PEK signs it, over the guest's policy, its launch digest, and a nonce of 16 bytes,
 * which here is the beginning of
 *
 * <pre>
 *   SHA-256("sealift receipt 1 source" or "sealift receipt 1 destination", statement)
 * </pre>
 *
 * <p>Source of the report: AMD publication 55766, ATTESTATION.
 */
public enum Signer {
  SOURCE("source"),
  DESTINATION("destination");

  private static final int NONCE_SIZE = 16;

  private final String word;

  Signer(String word) {
    this.word = word;
  }

  /** The nonce that this platform's report must repeat to sign a statement, 16 bytes. */
  public byte[] nonce(byte[] statement) {
    try {
      MessageDigest hash = MessageDigest.getInstance("SHA-256");
      hash.update(("sealift receipt 1 " + word).getBytes(StandardCharsets.US_ASCII));
      return Arrays.copyOf(hash.digest(statement), NONCE_SIZE);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("every Java has SHA-256", impossible);
    }
  }

  /** {@code source} or {@code destination}. */
  @Override
  public String toString() {
    return word;
  }
}
