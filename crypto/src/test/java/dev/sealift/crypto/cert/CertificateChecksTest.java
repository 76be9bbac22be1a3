package dev.sealift.crypto.cert;

import static dev.sealift.abi.FirmwareStatus.BAD_SIGNATURE;
import static dev.sealift.abi.FirmwareStatus.INVALID_CERTIFICATE;
import static dev.sealift.abi.FirmwareStatus.SUCCESS;
import static dev.sealift.crypto.cert.CertificateChecks.checkPdhBody;
import static dev.sealift.crypto.cert.CertificateChecks.verify;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.P384;
import dev.sealift.crypto.cert.SevCertificate.Algorithm;
import dev.sealift.crypto.cert.SevCertificate.Usage;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Certificate validation by the firmware's rules")
class CertificateChecksTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final ApiVersion API = new ApiVersion(1, 55);

  private final KeyPair ocaPair = P384.generate(RANDOM);
  private final KeyPair pekPair = P384.generate(RANDOM);
  private final KeyPair cekPair = P384.generate(RANDOM);
  private final KeyPair pdhPair = P384.generate(RANDOM);

  private final SevCertificate oca =
      sign(certificate(Usage.OCA, Algorithm.ECDSA_SHA256, ocaPair), 0, Usage.OCA, ocaPair);
  private final SevCertificate cek = certificate(Usage.CEK, Algorithm.ECDSA_SHA256, cekPair);
  private final SevCertificate pek =
      sign(
          sign(certificate(Usage.PEK, Algorithm.ECDSA_SHA256, pekPair), 0, Usage.OCA, ocaPair),
          1,
          Usage.CEK,
          cekPair);
  private final SevCertificate pdh =
      sign(certificate(Usage.PDH, Algorithm.ECDH_SHA256, pdhPair), 0, Usage.PEK, pekPair);

  @Test
  void aPlatformsOwnCertificatesVerify() {
    assertThat(verify(oca, oca)).isEqualTo(SUCCESS);
    assertThat(verify(pek, oca)).isEqualTo(SUCCESS);
    assertThat(verify(pek, cek)).isEqualTo(SUCCESS);
    assertThat(verify(pdh, pek)).isEqualTo(SUCCESS);
    assertThat(checkPdhBody(pdh)).isEqualTo(SUCCESS);
  }

  @Test
  void thePeksSignaturesMayStandInEitherOrder() {
    SevCertificate swapped = pek.withSlot(0, pek.slot(1)).withSlot(1, pek.slot(0));
    assertThat(verify(swapped, oca)).isEqualTo(SUCCESS);
    assertThat(verify(swapped, cek)).isEqualTo(SUCCESS);
  }

  @Test
  void aCertificateNobodySignedIsInvalid() {
    assertThat(verify(pdh.withoutSignatures(), pek)).isEqualTo(INVALID_CERTIFICATE);
    assertThat(verify(pek.withSlot(0, SignatureSlot.EMPTY), oca)).isEqualTo(INVALID_CERTIFICATE);
  }

  @Test
  void aSignatureByAnotherKeyIsBad() {
    SevCertificate forged = sign(pdh, 0, Usage.PEK, cekPair);
    assertThat(verify(forged, pek)).isEqualTo(BAD_SIGNATURE);
  }

  @Test
  void aHalfEmptySlotIsABadSignatureWhateverTheOtherHolds() {
    byte[] nothing = new byte[512];
    assertThat(verify(pdh.withSlot(1, new SignatureSlot(0x0010, 0, nothing)), pek))
        .isEqualTo(BAD_SIGNATURE);
    assertThat(verify(pdh.withSlot(1, new SignatureSlot(0x1000, 2, nothing)), pek))
        .isEqualTo(BAD_SIGNATURE);
    assertThat(verify(pdh.withSlot(1, new SignatureSlot(0x1001, 2, nothing)), pek))
        .as("a slot of another signer is passed over")
        .isEqualTo(SUCCESS);
  }

  @Test
  void ofTwoSignaturesByOneSignerTheSecondDecides() {
    SignatureSlot good = pdh.slot(0);
    SignatureSlot bad = new SignatureSlot(good.usage(), good.algorithm(), new byte[512]);
    assertThat(verify(pdh.withSlot(0, bad).withSlot(1, good), pek)).isEqualTo(SUCCESS);
    assertThat(verify(pdh.withSlot(1, bad), pek)).isEqualTo(BAD_SIGNATURE);
  }

  @Test
  void rolesAreFixed() {
    for (Usage usage : Usage.values()) {
      SevCertificate signed =
          sign(certificate(usage, Algorithm.ECDSA_SHA256, pdhPair), 0, Usage.PEK, pekPair);
      assertThat(verify(signed, pek))
          .as("%s under PEK", usage)
          .isEqualTo(usage == Usage.PDH ? SUCCESS : INVALID_CERTIFICATE);
      SevCertificate owned =
          sign(certificate(usage, Algorithm.ECDSA_SHA256, pdhPair), 0, Usage.OCA, ocaPair);
      assertThat(verify(owned, oca))
          .as("%s under OCA", usage)
          .isEqualTo(usage == Usage.PEK || usage == Usage.OCA ? SUCCESS : INVALID_CERTIFICATE);
      SevCertificate endorsed =
          sign(certificate(usage, Algorithm.ECDSA_SHA256, pdhPair), 0, Usage.CEK, cekPair);
      assertThat(verify(endorsed, cek))
          .as("%s under CEK", usage)
          .isEqualTo(usage == Usage.PEK ? SUCCESS : INVALID_CERTIFICATE);
    }
  }

  @Test
  void aWellSignedCertificateStillNeedsVersionUsageAndKey() {
    assertThat(verify(signedAfter(bytes -> with(bytes, 0x00, 2)), pek))
        .as("version 2")
        .isEqualTo(INVALID_CERTIFICATE);
    assertThat(verify(signedAfter(bytes -> with(bytes, 0x08, 0x77)), pek))
        .as("unknown usage")
        .isEqualTo(INVALID_CERTIFICATE);
    assertThat(verify(signedAfter(bytes -> with(bytes, 0x10, 1)), pek))
        .as("another curve")
        .isEqualTo(INVALID_CERTIFICATE);
    assertThat(verify(signedAfter(bytes -> with(bytes, 0x14, bytes[0x14] ^ 1)), pek))
        .as("no point")
        .isEqualTo(INVALID_CERTIFICATE);
  }

  @Test
  void apiVersionAndReservedBytesAreSignedButNotJudged() {
    assertThat(verify(signedAfter(bytes -> with(bytes, 0x04, 99)), pek)).isEqualTo(SUCCESS);
    assertThat(verify(signedAfter(bytes -> with(bytes, 0x06, 99)), pek)).isEqualTo(SUCCESS);
    assertThat(verify(signedAfter(bytes -> with(bytes, 0x200, 99)), pek)).isEqualTo(SUCCESS);
  }

  @Test
  void aSignerThatCannotSignIsInvalid() {
    assertThat(verify(pdh, certificate(Usage.PEK, Algorithm.ECDH_SHA256, pekPair)))
        .isEqualTo(INVALID_CERTIFICATE);
    assertThat(verify(pdh, change(pek, bytes -> with(bytes, 0x09, 0x77))))
        .isEqualTo(INVALID_CERTIFICATE);
    assertThat(verify(pdh, change(pek, bytes -> with(bytes, 0x14, bytes[0x14] ^ 1))))
        .isEqualTo(INVALID_CERTIFICATE);
  }

  @Test
  void signaturesWithSha384AreVerifiedToo() {
    SevCertificate strongPek = certificate(Usage.PEK, Algorithm.ECDSA_SHA384, pekPair);
    SevCertificate unsigned = certificate(Usage.PDH, Algorithm.ECDH_SHA256, pdhPair);
    byte[] signature =
        EcdsaSignature.sign((ECPrivateKey) pekPair.getPrivate(), "SHA-384", unsigned.body());
    SevCertificate strongPdh =
        unsigned.withSignature(0, Usage.PEK, Algorithm.ECDSA_SHA384, signature);
    assertThat(verify(strongPdh, strongPek)).isEqualTo(SUCCESS);
    assertThat(verify(pdh, strongPek)).isEqualTo(INVALID_CERTIFICATE);
  }

  @Test
  void numbersOfMoreThan384BitsAreNoSignature() {
    for (int at : new int[] {48, 71, 72 + 48, 143}) {
      SignatureSlot slot = pdh.slot(0);
      byte[] signature = slot.signature();
      signature[at] = 1;
      SevCertificate changed =
          pdh.withSlot(0, new SignatureSlot(slot.usage(), slot.algorithm(), signature));
      assertThat(verify(changed, pek)).as("byte %d", at).isEqualTo(BAD_SIGNATURE);
    }
  }

  @Test
  @DisplayName("a peer for key agreement is version 1, PDH, ECDH_SHA256, on the curve")
  void aPeerIsJudgedByItsBodyAlone() {
    assertThat(checkPdhBody(pdh.withoutSignatures())).isEqualTo(SUCCESS);
    assertThat(checkPdhBody(change(pdh, bytes -> with(bytes, 0x00, 0))))
        .isEqualTo(INVALID_CERTIFICATE);
    assertThat(checkPdhBody(change(pdh, bytes -> with(bytes, 0x08, 2))))
        .isEqualTo(INVALID_CERTIFICATE);
    assertThat(checkPdhBody(change(pdh, bytes -> with(bytes, 0x0C, 2))))
        .isEqualTo(INVALID_CERTIFICATE);
    assertThat(checkPdhBody(change(pdh, bytes -> with(bytes, 0x10, 1))))
        .isEqualTo(INVALID_CERTIFICATE);
    assertThat(checkPdhBody(change(pdh, bytes -> with(bytes, 0x14, bytes[0x14] ^ 1))))
        .isEqualTo(INVALID_CERTIFICATE);
  }

  /** The PDH with its body changed first and signed by the PEK then. */
  private SevCertificate signedAfter(UnaryOperator<byte[]> change) {
    return sign(change(pdh, change), 0, Usage.PEK, pekPair);
  }

  private static SevCertificate change(SevCertificate certificate, UnaryOperator<byte[]> change) {
    try {
      return SevCertificate.parse(change.apply(certificate.bytes()));
    } catch (MalformedCertificateException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] with(byte[] bytes, int offset, int value) {
    bytes[offset] = (byte) value;
    return bytes;
  }

  private static SevCertificate certificate(Usage usage, Algorithm algorithm, KeyPair pair) {
    return SevCertificate.unsigned(usage, algorithm, API, (ECPublicKey) pair.getPublic());
  }

  private static SevCertificate sign(
      SevCertificate certificate, int slot, Usage signer, KeyPair pair) {
    return CertificateSigner.sign(certificate, slot, signer, (ECPrivateKey) pair.getPrivate());
  }
}
