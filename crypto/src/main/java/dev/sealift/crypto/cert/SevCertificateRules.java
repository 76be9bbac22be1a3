package dev.sealift.crypto.cert;

import dev.sealift.crypto.cert.SevCertificate.Algorithm;
import dev.sealift.crypto.cert.SevCertificate.Usage;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The firmware's rules for SEV certificates, in its order: the signer's key; the signatures; the
 * certificate's own form; who may sign what.
 *
 * <p>A slot whose usage and algorithm are the signer's is verified, others are passed over; if two
 * match, the second decides. API versions and reserved bytes are not looked at. Source: AMD
 * publication 55766, certificate validation.
 */
final class SevCertificateRules {

  private SevCertificateRules() {}

  /** A certificate under another of its kind, or under itself. */
  static Finding check(SevCertificate certificate, SevCertificate signer) {
    Usage signerUsage = Usage.of(signer.usage());
    if (signerUsage == null) {
      return Finding.invalid("the signer's certificate has " + Usage.describe(signer.usage()))
          .at(SevCertificate.USAGE_BYTES.ofSigner());
    }
    Algorithm algorithm = Algorithm.of(signer.algorithm());
    if (algorithm != Algorithm.ECDSA_SHA256 && algorithm != Algorithm.ECDSA_SHA384) {
      return Finding.invalid(
              "a key for " + Algorithm.describe(signer.algorithm()) + " does not sign certificates")
          .at(SevCertificate.ALGORITHM_BYTES.ofSigner());
    }
    ECPublicKey key;
    try {
      key = signer.publicKey();
    } catch (MalformedCertificateException e) {
      return Finding.invalid("the signer's certificate is unusable: " + e.getMessage())
          .at(SevCertificate.KEY_BYTES.ofSigner());
    }
    String hash = algorithm == Algorithm.ECDSA_SHA256 ? "SHA-256" : "SHA-384";
    byte[] body = certificate.body();
    Finding signature =
        checkSlots(
            certificate,
            signerUsage,
            algorithm,
            slot -> EcdsaSignature.verify(key, hash, body, slot));
    return signature.holds() ? checkForm(certificate, signerUsage, signature) : signature;
  }

  /** A PDH under the PEK, and that it can be a peer in key agreement. */
  static Finding checkPdh(SevCertificate pdh, SevCertificate pek) {
    Finding body = checkPdhBody(pdh);
    return body.holds() ? check(pdh, pek) : body;
  }

  /** A CEK under the ASK, by the algorithm that fits the ASK's key. */
  static Finding checkCek(SevCertificate cek, AmdCertificate ask) {
    return checkCek(cek, ask, CertificateSigner.rsaAlgorithm(ask.modulusBits()));
  }

  /** A CEK under the ASK, whose key is taken to sign as {@code algorithm}. */
  static Finding checkCek(SevCertificate cek, AmdCertificate ask, Algorithm algorithm) {
    if (algorithm != Algorithm.RSA_SHA256 && algorithm != Algorithm.RSA_SHA384) {
      throw new IllegalArgumentException("an ASK signs as RSA_SHA256 or RSA_SHA384");
    }
    RSAPublicKey key;
    try {
      key = ask.publicKey();
    } catch (MalformedCertificateException e) {
      return Finding.invalid("the ASK is unusable: " + e.getMessage())
          .at(ask.keyBytes().ofSigner());
    }
    String hash = algorithm == Algorithm.RSA_SHA256 ? "SHA-256" : "SHA-384";
    int signatureBytes = ask.modulusBits() / Byte.SIZE;
    byte[] body = cek.body();
    Finding signature =
        checkSlots(
            cek,
            Usage.ASK,
            algorithm,
            slot -> PssSignature.verify(key, hash, body, Arrays.copyOf(slot, signatureBytes)));
    return signature.holds() ? checkForm(cek, Usage.ASK, signature) : signature;
  }

  /** A PDH certificate by itself, as a peer for key agreement. */
  static Finding checkPdhBody(SevCertificate pdh) {
    if (pdh.version() != SevCertificate.VERSION_1) {
      return wrongVersion(pdh);
    }
    if (pdh.usage() != Usage.PDH.value()) {
      return Finding.invalid("a PDH is expected, not " + Usage.describe(pdh.usage()))
          .at(SevCertificate.USAGE_BYTES);
    }
    if (pdh.algorithm() != Algorithm.ECDH_SHA256.value()) {
      return Finding.invalid(
              "a PDH's key is for ECDH_SHA256, not " + Algorithm.describe(pdh.algorithm()))
          .at(SevCertificate.ALGORITHM_BYTES);
    }
    return checkKey(pdh, Finding.kept("version 1, a PDH for ECDH_SHA256 on P-384"));
  }

  private static Finding checkSlots(
      SevCertificate certificate, Usage signer, Algorithm algorithm, Predicate<byte[]> verifies) {
    String what = algorithm + " signature by the " + signer;
    Finding last = Finding.invalid("there is no " + what);
    for (int i = 0; i < SevCertificate.SLOTS; i++) {
      SignatureSlot slot = certificate.slot(i);
      if (slot.isHalfEmpty()) {
        return Finding.badSignature(
                "signature " + (i + 1) + " names only one of signer and algorithm")
            .at(SevCertificate.slotBytes(i));
      }
      if (slot.usage() == signer.value() && slot.algorithm() == algorithm.value()) {
        last =
            verifies.test(slot.signature())
                ? Finding.kept("valid " + what)
                : Finding.badSignature("the " + what + " does not verify")
                    .at(SevCertificate.slotBytes(i));
      }
    }
    return last;
  }

  private static Finding checkForm(SevCertificate certificate, Usage signer, Finding kept) {
    if (certificate.version() != SevCertificate.VERSION_1) {
      return wrongVersion(certificate);
    }
    if (!signs(signer, Usage.of(certificate.usage()))) {
      return Finding.invalid(
              "a certificate of "
                  + Usage.describe(certificate.usage())
                  + " is not signed by "
                  + signer)
          .at(SevCertificate.USAGE_BYTES);
    }
    return checkKey(certificate, kept);
  }

  /** Whether a key of one kind signs certificates of the other. */
  static boolean signs(Usage signer, @Nullable Usage signed) {
    return switch (signed) {
      case PDH -> signer == Usage.PEK;
      case PEK -> signer == Usage.OCA || signer == Usage.CEK;
      case OCA -> signer == Usage.OCA;
      case CEK -> signer == Usage.ASK;
      case ARK, ASK, NONE -> false;
      case null -> false;
    };
  }

  private static Finding checkKey(SevCertificate certificate, Finding kept) {
    try {
      certificate.publicKey();
      return kept;
    } catch (MalformedCertificateException e) {
      return Finding.invalid("the certificate is unusable: " + e.getMessage())
          .at(SevCertificate.KEY_BYTES);
    }
  }

  private static Finding wrongVersion(SevCertificate certificate) {
    return Finding.invalid(
            "the certificate has version "
                + Integer.toUnsignedString(certificate.version())
                + " instead of 1")
        .at(SevCertificate.VERSION_BYTES);
  }
}
