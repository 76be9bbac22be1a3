package dev.sealift.crypto.cert;

import static dev.sealift.abi.FirmwareStatus.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.P384;
import dev.sealift.crypto.cert.SevCertificate.Algorithm;
import dev.sealift.crypto.cert.SevCertificate.Usage;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("An owner of platforms")
class OwnerAuthorityTest {
  private static final SecureRandom RANDOM = new SecureRandom();

  private final OwnerAuthority owner = OwnerAuthority.create(RANDOM);
  private final KeyPair pekPair = P384.generate(RANDOM);
  private final SevCertificate csr = certificate(Usage.PEK, Algorithm.ECDSA_SHA256);

  @Test
  void itsCertificateVerifiesUnderItself() {
    SevCertificate oca = owner.certificate();
    assertThat(CertificateChecks.verify(oca, oca)).isEqualTo(SUCCESS);
    assertThat(oca.usage()).isEqualTo(0x1001);
    assertThat(oca.algorithm()).isEqualTo(2);
    assertThat(oca.slot(0)).hasToString("ECDSA_SHA256 by OCA");
    assertThat(oca.slot(1)).isEqualTo(SignatureSlot.EMPTY);
  }

  @Test
  void aSignedPekVerifiesUnderItAndLeavesRoomForTheChip() throws Exception {
    SevCertificate pek = owner.sign(csr);
    assertThat(CertificateChecks.verify(pek, owner.certificate())).isEqualTo(SUCCESS);
    assertThat(pek.sameBody(csr)).isTrue();
    assertThat(pek.slot(1)).isEqualTo(SignatureSlot.EMPTY);
  }

  @Test
  void signaturesOfAFormerOwnerAndOfTheChipAreLeftOut() throws Exception {
    SevCertificate before = OwnerAuthority.create(RANDOM).sign(csr);
    SevCertificate endorsed = CertificateSigner.sign(before, 1, Usage.CEK, owner.privateKey());
    SevCertificate pek = owner.sign(endorsed);
    assertThat(CertificateChecks.verify(pek, owner.certificate())).isEqualTo(SUCCESS);
    assertThat(pek.slot(1)).isEqualTo(SignatureSlot.EMPTY);
  }

  @Test
  void nothingButAPekIsSigned() throws Exception {
    assertRefused(certificate(Usage.PDH, Algorithm.ECDH_SHA256), "usage PEK is expected, not PDH");
    assertRefused(certificate(Usage.PEK, Algorithm.ECDH_SHA256), "not ECDH_SHA256");
    byte[] offCurve = csr.bytes();
    offCurve[0x5C] ^= 1;
    assertRefused(SevCertificate.parse(offCurve), "not a point");
    byte[] later = csr.bytes();
    later[0] = 2;
    assertRefused(SevCertificate.parse(later), "version 1 is expected, not 2");
  }

  @Test
  void keyAndCertificateMakeTheSameOwner() throws Exception {
    OwnerAuthority again = OwnerAuthority.of(owner.privateKey(), owner.certificate());
    assertThat(CertificateChecks.verify(again.sign(csr), owner.certificate())).isEqualTo(SUCCESS);
  }

  @Test
  void aKeyAloneMakesACertificateForTheSameKey() throws Exception {
    OwnerAuthority again = OwnerAuthority.withKey(owner.privateKey());
    assertThat(again.certificate().keyFingerprint())
        .isEqualTo(owner.certificate().keyFingerprint());
    assertThat(again.certificate().sameBody(owner.certificate())).isTrue();
  }

  @Test
  void aKeyAndACertificateThatDoNotBelongTogetherAreRefused() throws Exception {
    OwnerAuthority other = OwnerAuthority.create(RANDOM);
    assertThatExceptionOfType(MalformedCertificateException.class)
        .isThrownBy(() -> OwnerAuthority.of(other.privateKey(), owner.certificate()))
        .withMessageContaining("for another key");
    SevCertificate unsigned = owner.certificate().withoutSignatures();
    assertThatExceptionOfType(MalformedCertificateException.class)
        .isThrownBy(() -> OwnerAuthority.of(owner.privateKey(), unsigned))
        .withMessageContaining("does not hold under itself");
    SevCertificate pek = owner.sign(csr);
    assertThatExceptionOfType(MalformedCertificateException.class)
        .isThrownBy(() -> OwnerAuthority.of(owner.privateKey(), pek))
        .withMessageContaining("OCA is expected, not PEK");
  }

  @Test
  void nothingPrintsTheKey() {
    assertThat(owner.toString())
        .isEqualTo("OwnerAuthority[" + owner.certificate() + "]")
        .doesNotContain(owner.privateKey().getS().toString(16));
  }

  private void assertRefused(SevCertificate certificate, String why) {
    assertThatExceptionOfType(MalformedCertificateException.class)
        .isThrownBy(() -> owner.sign(certificate))
        .withMessageContaining(why);
  }

  private SevCertificate certificate(Usage usage, Algorithm algorithm) {
    return SevCertificate.unsigned(
        usage, algorithm, new ApiVersion(1, 55), (ECPublicKey) pekPair.getPublic());
  }
}
