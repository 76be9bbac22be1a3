package dev.sealift.crypto.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.P384;
import dev.sealift.crypto.cert.SevCertificate;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("An attestation report")
class AttestationReportTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final GuestPolicy POLICY = new GuestPolicy(0x0100_0021);

  private final byte[] nonce = LaunchImageTest.random(16);
  private final byte[] digest = LaunchImageTest.random(32);
  private final KeyPair keys = P384.generate(RANDOM);
  private final SevCertificate pek = certificate(SevCertificate.Usage.PEK, keys);
  private final AttestationReport report =
      AttestationReport.sign(nonce, digest, POLICY, (ECPrivateKey) keys.getPrivate());

  private static SevCertificate certificate(SevCertificate.Usage usage, KeyPair keys) {
    return SevCertificate.unsigned(
        usage,
        SevCertificate.Algorithm.ECDSA_SHA256,
        new ApiVersion(1, 55),
        (ECPublicKey) keys.getPublic());
  }

  @Test
  void saysWhatWasLaunchedAndHoldsUnderTheKeyOfItsPlatform() throws Exception {
    AttestationReport read = AttestationReport.parse(report.bytes());
    assertThat(read.bytes()).hasSize(208);
    assertThat(read.nonce()).isEqualTo(nonce);
    assertThat(read.launchDigest()).isEqualTo(digest);
    assertThat(read.policy()).isEqualTo(POLICY);
    assertThat(read.verify(pek)).isEqualTo(FirmwareStatus.SUCCESS);
  }

  @Test
  void doesNotHoldUnderAnotherKeyOrACertificateOfAnotherKind() {
    assertThat(report.verify(certificate(SevCertificate.Usage.PEK, P384.generate(RANDOM))))
        .isEqualTo(FirmwareStatus.BAD_SIGNATURE);
    assertThat(report.verify(certificate(SevCertificate.Usage.PDH, keys)))
        .isEqualTo(FirmwareStatus.INVALID_CERTIFICATE);
  }

  @Test
  @DisplayName("a change in any byte of it that means something is noticed")
  void everyChangeIsNoticed() throws Exception {
    for (int at = 0; at < AttestationReport.SIZE; at++) {
      if (at >= 0x3C && at < 0x40) {
        continue; // reserved and not signed
      }
      byte[] changed = report.bytes();
      changed[at] ^= 0x10;
      assertThat(AttestationReport.parse(changed).verify(pek))
          .as("byte %d", at)
          .isNotEqualTo(FirmwareStatus.SUCCESS);
    }
  }

  @Test
  void hasExactlyItsLength() {
    for (int length : new int[] {0, 207, 209}) {
      assertThatThrownBy(() -> AttestationReport.parse(new byte[length]))
          .isInstanceOf(MalformedLaunchException.class)
          .hasMessageContaining("208 bytes, not " + length);
    }
  }
}
