package dev.sealift.crypto.cert;

import dev.sealift.crypto.cert.SevCertificate.Usage;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;

/**
 * The firmware's rules for AMD's own certificates, in its order: the signature; version and usage;
 * the id of the signing key; for the ARK, the pinned id and hash.
 *
 * <p>Source: AMD publication 55766, certificate validation.
 */
final class AmdCertificateRules {

  private AmdCertificateRules() {}

  static Finding checkArk(AmdCertificate ark, RootOfTrust root) {
    Finding signature = checkSelfSigned(ark);
    if (signature.holds() && !root.isRootOf(ark)) {
      return Finding.invalid("the ARK is not that of " + root.name()).at(ark.signedPart());
    }
    return signature.holds() ? Finding.kept("is the pinned root") : signature;
  }

  /** An ARK under itself, whoever's it is. */
  static Finding checkSelfSigned(AmdCertificate ark) {
    return check(ark, ark, Usage.ARK);
  }

  static Finding checkAsk(AmdCertificate ask, AmdCertificate ark) {
    return check(ask, ark, Usage.ASK);
  }

  private static Finding check(AmdCertificate certificate, AmdCertificate signer, Usage usage) {
    RSAPublicKey key;
    try {
      key = signer.publicKey();
    } catch (MalformedCertificateException e) {
      return Finding.invalid("the signer's certificate is unusable: " + e.getMessage())
          .at(signer.keyBytes().ofSigner());
    }
    String hash = PssSignature.hashFor(signer.modulusBits());
    if (!PssSignature.verify(key, hash, certificate.signedBytes(), certificate.signature())) {
      return Finding.badSignature("the RSA-PSS signature by the ARK does not verify")
          .at(certificate.signatureBytes());
    }
    if (certificate.version() != AmdCertificate.VERSION_1) {
      return Finding.invalid(
              "the certificate has version "
                  + Integer.toUnsignedString(certificate.version())
                  + " instead of 1")
          .at(AmdCertificate.VERSION_BYTES);
    }
    if (certificate.usage() != usage.value()) {
      return Finding.invalid(
              "an %s is expected, not %s".formatted(usage, Usage.describe(certificate.usage())))
          .at(AmdCertificate.USAGE_BYTES);
    }
    if (!Arrays.equals(certificate.certifyingId(), signer.keyId())) {
      return Finding.invalid("the certificate names another signing key than the ARK's")
          .at(AmdCertificate.CERTIFYING_ID_BYTES);
    }
    return Finding.kept("valid RSA-PSS signature by the ARK");
  }
}
