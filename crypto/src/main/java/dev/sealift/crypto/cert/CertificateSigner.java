package dev.sealift.crypto.cert;

import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateKey;
import java.util.Arrays;

/**
 * Puts signatures into SEV certificates.
 *
 * <p>Source: AMD publication 55766, SEV certificate format.
 */
public final class CertificateSigner {

  private CertificateSigner() {}

  /**
   * The certificate with an ECDSA_SHA256 signature over its body.
   *
   * @param slot 0 or 1
   * @param signer usage of the signer's key
   * @param key the signer's key, on P-384
   */
  public static SevCertificate sign(
      SevCertificate certificate, int slot, SevCertificate.Usage signer, ECPrivateKey key) {
    return certificate.withSignature(
        slot,
        signer,
        SevCertificate.Algorithm.ECDSA_SHA256,
        EcdsaSignature.sign(key, "SHA-256", certificate.body()));
  }

  /**
   * The CEK certificate with the ASK's signature in its first slot: RSA_SHA256 for a key of 2048
   * bits, RSA_SHA384 for 4096.
   */
  public static SevCertificate signCek(SevCertificate cek, RSAPrivateKey askKey) {
    int modulusBits = askKey.getModulus().bitLength();
    byte[] signature = PssSignature.sign(askKey, PssSignature.hashFor(modulusBits), cek.body());
    return cek.withSignature(
        0,
        SevCertificate.Usage.ASK,
        rsaAlgorithm(modulusBits),
        Arrays.copyOf(signature, SevCertificate.SIGNATURE_SIZE));
  }

  /** How an RSA key of this size signs. */
  static SevCertificate.Algorithm rsaAlgorithm(int modulusBits) {
    return modulusBits == 2048
        ? SevCertificate.Algorithm.RSA_SHA256
        : SevCertificate.Algorithm.RSA_SHA384;
  }
}
