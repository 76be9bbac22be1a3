package dev.sealift.migration.access;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * By what a public key is told from every other: SHA-256 of its SubjectPublicKeyInfo (RFC 5280,
 * section 4.1.2.7), DER. The key's owner may renew the certificate without changing it.
 *
 * <p>{@code openssl x509 -in FILE -noout -pubkey | openssl pkey -pubin -outform DER | sha256sum}
 * says the same.
 *
 * @param hex 64 lower-case hexadecimal digits
 */
public record KeyFingerprint(String hex) {
  private static final String PREFIX = "sha256:";
  private static final Pattern FORM = Pattern.compile("[0-9a-f]{64}");

  /**
   * @throws IllegalArgumentException unless there are 64 lower-case hexadecimal digits
   */
  public KeyFingerprint {
    if (!FORM.matcher(hex).matches()) {
      throw new IllegalArgumentException("a fingerprint has 64 lower-case hexadecimal digits");
    }
  }

  /** The fingerprint of a key. */
  public static KeyFingerprint of(PublicKey key) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(key.getEncoded());
      return new KeyFingerprint(HexFormat.of().formatHex(digest));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Reads what {@link #toString} writes; empty if it is anything else. */
  public static Optional<KeyFingerprint> parse(String text) {
    return text.startsWith(PREFIX) && FORM.matcher(text.substring(PREFIX.length())).matches()
        ? Optional.of(new KeyFingerprint(text.substring(PREFIX.length())))
        : Optional.empty();
  }

  /** As people write it: sha256: and the digits. */
  @Override
  public String toString() {
    return PREFIX + hex;
  }
}
