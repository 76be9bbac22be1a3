package dev.sealift.crypto.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.P384;
import dev.sealift.crypto.cert.SevCertificate;
import dev.sealift.crypto.launch.AttestationReport;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a platform says of a guest that runs. */
class VerifyAnAttestationExample {

  @Test
  @DisplayName("Example: verify an attestation report")
  void verifyAnAttestation() throws Exception {
    byte[] nonce = new byte[16];
    byte[] expectedDigest = new byte[32];
    KeyPair platform = P384.generate(new SecureRandom());
    byte[] pekFile = pekOf(platform);
    byte[] reportFile =
        AttestationReport.sign(
                nonce, expectedDigest, new GuestPolicy(1), (ECPrivateKey) platform.getPrivate())
            .bytes();

    // @start region=example
    SevCertificate pek = SevCertificate.parse(pekFile); // of a chain that was verified
    AttestationReport report = AttestationReport.parse(reportFile);

    assertThat(report.verify(pek)).isEqualTo(FirmwareStatus.SUCCESS);
    assertThat(report.nonce()).isEqualTo(nonce); // otherwise it is an old report
    assertThat(report.launchDigest()).isEqualTo(expectedDigest);
    assertThat(report.policy().noDebug()).isTrue();
    // @end
  }

  private static byte[] pekOf(KeyPair platform) {
    return SevCertificate.unsigned(
            SevCertificate.Usage.PEK,
            SevCertificate.Algorithm.ECDSA_SHA256,
            new ApiVersion(1, 55),
            (ECPublicKey) platform.getPublic())
        .bytes();
  }
}
