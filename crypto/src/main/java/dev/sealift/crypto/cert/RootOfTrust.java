package dev.sealift.crypto.cert;

import dev.sealift.crypto.MissingAlgorithm;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * The root that a verifier believes in: a chain leads somewhere only if its ARK is this one.
 *
 * <p>Source: AMD publication 55766, validation of the ARK.
 *
 * @param name whose root it is, for people
 * @param arkKeyId id of the root key, 16 bytes
 * @param arkHash hash of the ARK certificate's signed bytes: SHA-256 for a key of 2048 bits,
 *     SHA-384 for 4096
 */
@SuppressWarnings("ArrayRecordComponent") // equals, hashCode and copies are written out
public record RootOfTrust(String name, byte[] arkKeyId, byte[] arkHash) {

  public RootOfTrust {
    arkKeyId = arkKeyId.clone();
    arkHash = arkHash.clone();
  }

  /** AMD's root for one generation of processors. */
  public static RootOfTrust of(Generation generation) {
    return new RootOfTrust("AMD " + generation, generation.arkKeyId(), generation.arkHash());
  }

  /** The root that an ARK certificate claims to be, on the caller's own belief. */
  public static RootOfTrust of(AmdCertificate ark) {
    return of("ARK " + HexFormat.of().formatHex(ark.keyId()), ark);
  }

  /** The root that an ARK certificate claims to be, on the caller's own belief, under a name. */
  public static RootOfTrust of(String name, AmdCertificate ark) {
    return new RootOfTrust(name, ark.keyId(), hash(ark));
  }

  /** Whether the certificate is this root's; says nothing of its signature. */
  public boolean isRootOf(AmdCertificate ark) {
    return Arrays.equals(arkKeyId, ark.keyId()) && MessageDigest.isEqual(arkHash, hash(ark));
  }

  @Override
  public byte[] arkKeyId() {
    return arkKeyId.clone();
  }

  @Override
  public byte[] arkHash() {
    return arkHash.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RootOfTrust root
        && name.equals(root.name)
        && Arrays.equals(arkKeyId, root.arkKeyId)
        && Arrays.equals(arkHash, root.arkHash);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(arkHash);
  }

  /** The name and the hash, as fingerprints are shown. */
  @Override
  public String toString() {
    return name + " (" + HexFormat.of().formatHex(arkHash) + ")";
  }

  private static byte[] hash(AmdCertificate ark) {
    try {
      return MessageDigest.getInstance(PssSignature.hashFor(ark.modulusBits()))
          .digest(ark.signedBytes());
    } catch (GeneralSecurityException e) {
      throw MissingAlgorithm.because(e);
    }
  }
}
