package dev.sealift.crypto.cert;

import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.P384;
import dev.sealift.crypto.cert.SevCertificate.Algorithm;
import dev.sealift.crypto.cert.SevCertificate.Usage;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;

/**
 * An owner of platforms: a key on P-384 and the OCA certificate over it, which signs the PEKs of
 * the platforms that PEK_CERT_IMPORT then makes its own.
 *
 * <p>The OCA certificate says API 0.0, as no firmware made it; firmware does not look there.
 * Source: AMD publication 55766, PEK_CSR and PEK_CERT_IMPORT, and its appendix on certificates.
 */
public final class OwnerAuthority {
  private static final ApiVersion NO_FIRMWARE = new ApiVersion(0, 0);
  private static final int OWNER_SLOT = 0;

  private final ECPrivateKey key;
  private final SevCertificate oca;

  private OwnerAuthority(ECPrivateKey key, SevCertificate oca) {
    this.key = key;
    this.oca = oca;
  }

  /** A new owner with a fresh key. */
  public static OwnerAuthority create(SecureRandom random) {
    return withKey((ECPrivateKey) P384.generate(random).getPrivate());
  }

  /**
   * A new owner with a key that exists: its OCA certificate is made and self-signed here. Made
   * twice, the two certificates differ in their signatures, and only one can be a platform's.
   *
   * @throws IllegalArgumentException if the key is not on P-384
   */
  public static OwnerAuthority withKey(ECPrivateKey key) {
    SevCertificate unsigned =
        SevCertificate.unsigned(
            Usage.OCA, Algorithm.ECDSA_SHA256, NO_FIRMWARE, P384.publicKey(key));
    return new OwnerAuthority(key, CertificateSigner.sign(unsigned, OWNER_SLOT, Usage.OCA, key));
  }

  /**
   * An owner from its key and certificate.
   *
   * @throws MalformedCertificateException if the certificate is no OCA for ECDSA_SHA256 that
   *     verifies under itself, or is for another key
   * @throws IllegalArgumentException if the private key is not on P-384
   */
  public static OwnerAuthority of(ECPrivateKey key, SevCertificate oca)
      throws MalformedCertificateException {
    require(oca, Usage.OCA);
    Finding itself = SevCertificateRules.check(oca, oca);
    if (!itself.holds()) {
      throw new MalformedCertificateException(
          "the OCA certificate does not hold under itself: " + itself.rule());
    }
    if (!P384.belongTogether(key, oca.publicKey())) {
      throw new MalformedCertificateException(
          "the OCA certificate is for another key than this private one");
    }
    return new OwnerAuthority(key, oca);
  }

  /** The OCA certificate, 1001h / ECDSA_SHA256, signed by itself in its first slot. */
  public SevCertificate certificate() {
    return oca;
  }

  /**
   * The PEK certificate with the owner's signature in its first slot and nothing in its second,
   * which is for the chip's: PEK_CERT_IMPORT puts that there. Signatures that were there before are
   * left out.
   *
   * @param pekCsr what PEK_CSR gives
   * @throws MalformedCertificateException if it is not a PEK for ECDSA_SHA256 of version 1 with a
   *     usable key
   */
  public SevCertificate sign(SevCertificate pekCsr) throws MalformedCertificateException {
    require(pekCsr, Usage.PEK);
    return CertificateSigner.sign(pekCsr.withoutSignatures(), OWNER_SLOT, Usage.OCA, key);
  }

  /** The owner's key. Whoever has it owns the platforms. */
  public ECPrivateKey privateKey() {
    return key;
  }

  /** Says nothing of the key. */
  @Override
  public String toString() {
    return "OwnerAuthority[" + oca + "]";
  }

  private static void require(SevCertificate certificate, Usage usage)
      throws MalformedCertificateException {
    if (certificate.version() != SevCertificate.VERSION_1) {
      throw new MalformedCertificateException(
          "a certificate of version 1 is expected, not "
              + Integer.toUnsignedString(certificate.version()));
    }
    if (certificate.usage() != usage.value()) {
      throw new MalformedCertificateException(
          "a certificate of usage %s is expected, not %s"
              .formatted(usage, Usage.describe(certificate.usage())));
    }
    if (certificate.algorithm() != Algorithm.ECDSA_SHA256.value()) {
      throw new MalformedCertificateException(
          "the key of this %s is for ECDSA_SHA256 in every platform, not %s"
              .formatted(usage, Algorithm.describe(certificate.algorithm())));
    }
    // Refuses a key that is not on the curve.
    certificate.publicKey();
  }
}
