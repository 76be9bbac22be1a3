package dev.sealift.crypto.cert;

import dev.sealift.abi.FirmwareStatus;
import java.security.interfaces.ECPublicKey;

/**
 * Certificate validation as the firmware does it, one edge of the chain at a time.
 *
 * <p>Every check answers SUCCESS, BAD_SIGNATURE (a signature does not verify, or a signature slot
 * is half empty) or INVALID_CERTIFICATE (anything else). {@link PlatformChain#verify} does them all
 * and says why. Source: AMD publication 55766, certificate validation.
 */
public final class CertificateChecks {

  private CertificateChecks() {}

  /** PDH under PEK, PEK under OCA or CEK, OCA under itself; any other pair is invalid. */
  public static FirmwareStatus verify(SevCertificate certificate, SevCertificate signer) {
    return SevCertificateRules.check(certificate, signer).status();
  }

  /** CEK under ASK, by the algorithm that fits the ASK's key. */
  public static FirmwareStatus verifyCek(SevCertificate cek, AmdCertificate ask) {
    return verifyCek(cek, ask, CertificateSigner.rsaAlgorithm(ask.modulusBits()));
  }

  /**
   * CEK under ASK, by a given algorithm. Shipped firmware takes every ASK for RSA_SHA384 when it
   * checks a CEK at SEND_START, and so refuses the CEKs of Naples, which are signed RSA_SHA256.
   *
   * @param askAlgorithm RSA_SHA256 or RSA_SHA384
   */
  public static FirmwareStatus verifyCek(
      SevCertificate cek, AmdCertificate ask, SevCertificate.Algorithm askAlgorithm) {
    return SevCertificateRules.checkCek(cek, ask, askAlgorithm).status();
  }

  /** ASK under ARK. */
  public static FirmwareStatus verifyAsk(AmdCertificate ask, AmdCertificate ark) {
    return AmdCertificateRules.checkAsk(ask, ark).status();
  }

  /** ARK under itself, and that it is the root believed in. */
  public static FirmwareStatus verifyArk(AmdCertificate ark, RootOfTrust root) {
    return AmdCertificateRules.checkArk(ark, root).status();
  }

  /**
   * Whether a certificate can be a peer in key agreement: version 1, usage PDH, algorithm
   * ECDH_SHA256, a point on P-384. Signatures are not looked at.
   */
  public static FirmwareStatus checkPdhBody(SevCertificate pdh) {
    return SevCertificateRules.checkPdhBody(pdh).status();
  }

  /**
   * The key of a peer in key agreement.
   *
   * @throws MalformedCertificateException if {@link #checkPdhBody} does not hold; the message says
   *     why
   */
  public static ECPublicKey keyOfPdh(SevCertificate pdh) throws MalformedCertificateException {
    Finding form = SevCertificateRules.checkPdhBody(pdh);
    if (!form.holds()) {
      throw new MalformedCertificateException(form.rule());
    }
    return pdh.publicKey();
  }
}
