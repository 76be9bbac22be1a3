package dev.sealift.cli.platform;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.cli.Failure;
import dev.sealift.crypto.cert.CertificateChecks;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.SevCertificate;
import dev.sealift.vmm.VmmException;
import java.util.List;

/** PEK_CERT_IMPORT: the firmware decides, and a refusal is looked into. */
final class OwnerImport {
  private final SevCertificate pek;
  private final SevCertificate oca;
  private final String pekName;
  private final String ocaName;

  /**
   * An owner to be.
   *
   * @param pek with the owner's signature
   * @param pekName what to call it
   * @param oca the owner's certificate
   * @param ocaName what to call it
   */
  OwnerImport(SevCertificate pek, String pekName, SevCertificate oca, String ocaName) {
    this.pek = pek;
    this.pekName = pekName;
    this.oca = oca;
    this.ocaName = ocaName;
  }

  /** Gives the platform to the owner. */
  IdentityChange into(OpenPlatform platform) throws VmmException, Failure {
    try {
      platform.device().importPek(pek.bytes(), oca.bytes());
    } catch (VmmException e) {
      FirmwareStatus status = e.status();
      if (status == FirmwareStatus.INVALID_CERTIFICATE || status == FirmwareStatus.BAD_SIGNATURE) {
        throw new Failure(
            "PEK_CERT_IMPORT was refused with %s, and nothing was changed: %s."
                .formatted(FirmwareStatus.describe(status.code()), fault(platform)),
            e);
      }
      throw e;
    }
    return IdentityChange.of(
        platform,
        "PEK_CERT_IMPORT",
        StatusCommand.Owner.EXTERNAL,
        List.of("OCA", "PDH"),
        List.of("PEK's key", "CEK"));
  }

  private String fault(OpenPlatform platform) throws VmmException {
    if (CertificateChecks.verify(oca, oca) != FirmwareStatus.SUCCESS) {
      return ocaName
          + " does not hold under its own key; take the owner's certificate as it was made";
    }
    if (!isOfNow(platform)) {
      return pekName
          + " is not this platform's PEK of now: it is another platform's, or from before a reset or"
          + " pek-gen; run sealift platform pek-csr here and have that signed";
    }
    if (CertificateChecks.verify(pek, oca) != FirmwareStatus.SUCCESS) {
      return "%s is not signed by the key of %s; sign it with that owner's key"
          .formatted(pekName, ocaName);
    }
    return pekName
        + " leaves no room for the chip's signature; sign the request as pek-csr wrote it, once";
  }

  private boolean isOfNow(OpenPlatform platform) throws VmmException {
    try {
      return SevCertificate.parse(platform.device().pekSigningRequest()).sameBody(pek);
    } catch (MalformedCertificateException e) {
      return false;
    }
  }
}
