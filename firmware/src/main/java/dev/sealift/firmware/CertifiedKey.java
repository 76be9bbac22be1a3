package dev.sealift.firmware;

import dev.sealift.crypto.cert.SevCertificate;
import java.security.interfaces.ECPrivateKey;

/**
 * A private key of the platform and the certificate that speaks for it.
 *
 * @param privateKey P-384
 * @param certificate over the public half
 */
public record CertifiedKey(ECPrivateKey privateKey, SevCertificate certificate) {

  /** Says nothing of the key. */
  @Override
  public String toString() {
    return "CertifiedKey";
  }
}
