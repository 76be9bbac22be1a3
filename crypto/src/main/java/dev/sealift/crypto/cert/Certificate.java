package dev.sealift.crypto.cert;

/**
 * A certificate of SEV, in one of its two formats: those of platforms and their owners, and those
 * of AMD.
 *
 * <p>Source: AMD publication 55766, appendices on certificates.
 */
public sealed interface Certificate permits SevCertificate, AmdCertificate {

  /** All bytes. */
  byte[] bytes();

  /** Version of the format; 1 is the only one. */
  int version();

  /** What the key is for, as a number; see {@link SevCertificate.Usage#of}. */
  int usage();

  /**
   * The key's name, for people: the fingerprint of a key on P-384, see {@link
   * SevCertificate#keyFingerprint}, or the id of an AMD key. Where the key is unusable, that.
   */
  String keyName();
}
