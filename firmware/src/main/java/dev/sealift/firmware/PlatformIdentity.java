package dev.sealift.firmware;

import dev.sealift.crypto.P384;
import dev.sealift.crypto.cert.CertificateSigner;
import dev.sealift.crypto.cert.SevCertificate;
import dev.sealift.crypto.cert.SevCertificate.Algorithm;
import dev.sealift.crypto.cert.SevCertificate.Usage;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import org.jspecify.annotations.Nullable;

/**
 * Who a platform is: what it keeps across resets and its {@link PlatformStore} holds.
 *
 * <pre>
 *   OCA (owner) --signs--> PEK (endorsement) --signs--> PDH (Diffie-Hellman)
 *   CEK (chip)  --signs--> PEK
 * </pre>
 *
 * <p>Source: AMD publication 55766, keys and certificates.
 *
 * @param oca the owner's certificate
 * @param ocaKey its private key, or null where the owner is somebody else
 * @param pek signed by OCA and CEK
 * @param pdh signed by PEK; every session is agreed with this key
 */
public record PlatformIdentity(
    SevCertificate oca, @Nullable ECPrivateKey ocaKey, CertifiedKey pek, CertifiedKey pdh) {

  /** A platform that owns itself, with fresh keys throughout. */
  static PlatformIdentity selfOwned(ProcessorSettings settings) {
    SecureRandom random = settings.random();
    KeyPair ocaPair = P384.generate(random);
    ECPrivateKey ocaKey = (ECPrivateKey) ocaPair.getPrivate();
    SevCertificate oca =
        CertificateSigner.sign(
            unsigned(Usage.OCA, Algorithm.ECDSA_SHA256, settings, ocaPair), 0, Usage.OCA, ocaKey);

    KeyPair pekPair = P384.generate(random);
    ECPrivateKey pekKey = (ECPrivateKey) pekPair.getPrivate();
    SevCertificate pekByOwner =
        CertificateSigner.sign(
            unsigned(Usage.PEK, Algorithm.ECDSA_SHA256, settings, pekPair), 0, Usage.OCA, ocaKey);
    SevCertificate pek =
        CertificateSigner.sign(pekByOwner, 1, Usage.CEK, settings.chip().cekPrivate());
    CertifiedKey certifiedPek = new CertifiedKey(pekKey, pek);
    return new PlatformIdentity(oca, ocaKey, certifiedPek, newPdh(certifiedPek, settings));
  }

  /** The same platform with another Diffie-Hellman key. */
  PlatformIdentity withNewPdh(ProcessorSettings settings) {
    return new PlatformIdentity(oca, ocaKey, pek, newPdh(pek, settings));
  }

  /**
   * The same platform in the hands of an external owner, with another Diffie-Hellman key.
   *
   * @param owner the owner's certificate
   * @param newPek over the same key, signed by owner and chip
   */
  PlatformIdentity ownedBy(
      SevCertificate owner, SevCertificate newPek, ProcessorSettings settings) {
    CertifiedKey certifiedPek = new CertifiedKey(pek.privateKey(), newPek);
    return new PlatformIdentity(owner, null, certifiedPek, newPdh(certifiedPek, settings));
  }

  private static CertifiedKey newPdh(CertifiedKey pek, ProcessorSettings settings) {
    KeyPair pair = P384.generate(settings.random());
    SevCertificate pdh =
        CertificateSigner.sign(
            unsigned(Usage.PDH, Algorithm.ECDH_SHA256, settings, pair),
            0,
            Usage.PEK,
            pek.privateKey());
    return new CertifiedKey((ECPrivateKey) pair.getPrivate(), pdh);
  }

  private static SevCertificate unsigned(
      Usage usage, Algorithm algorithm, ProcessorSettings settings, KeyPair pair) {
    return SevCertificate.unsigned(
        usage, algorithm, settings.stamp(usage), (ECPublicKey) pair.getPublic());
  }

  /** Whether the platform belongs to somebody else than itself. */
  public boolean externallyOwned() {
    return ocaKey == null;
  }

  /** Says nothing of the keys. */
  @Override
  public String toString() {
    return "PlatformIdentity[" + (externallyOwned() ? "externally owned" : "self-owned") + "]";
  }
}
