package dev.sealift.crypto.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.GuestPolicy.Flag;
import dev.sealift.crypto.LaunchMeasurement;
import dev.sealift.crypto.P384;
import dev.sealift.crypto.Session;
import dev.sealift.crypto.cert.CertificateChecks;
import dev.sealift.crypto.cert.MalformedCertificateException;
import dev.sealift.crypto.cert.SevCertificate;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A guest owner's session with a platform")
class OwnerSessionTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final ApiVersion API = new ApiVersion(1, 55);
  private static final GuestPolicy POLICY = GuestPolicy.of(Flag.NODBG, Flag.SEV);

  private final KeyPair platform = P384.generate(RANDOM);

  private SevCertificate certificate(SevCertificate.Usage usage) {
    return SevCertificate.unsigned(
        usage, SevCertificate.Algorithm.ECDH_SHA256, API, (ECPublicKey) platform.getPublic());
  }

  private OwnerSession session() throws MalformedCertificateException {
    return OwnerSession.create(certificate(SevCertificate.Usage.PDH), POLICY, RANDOM);
  }

  @Test
  @DisplayName(
      "the platform finds the owner's keys with the owner's certificate, 2084 and 128 bytes")
  void thePlatformFindsTheKeys() throws Exception {
    try (OwnerSession owner = session()) {
      assertThat(owner.certificate().bytes()).hasSize(2084);
      assertThat(owner.session()).hasSize(128);
      assertThat(CertificateChecks.checkPdhBody(owner.certificate()))
          .isEqualTo(FirmwareStatus.SUCCESS);
      assertThat(owner.certificate().api()).isEqualTo(API);
      Session.Outcome outcome =
          Session.open(
              owner.session(),
              (ECPrivateKey) platform.getPrivate(),
              owner.certificate().publicKey(),
              POLICY);
      assertThat(outcome).isInstanceOf(Session.Opened.class);
      assertThat(((Session.Opened) outcome).keys().tek().sameAs(owner.keys().tek())).isTrue();
      assertThat(((Session.Opened) outcome).keys().tik().sameAs(owner.keys().tik())).isTrue();
    }
  }

  @Test
  void itAcceptsTheMeasurementOfWhatWasMeantAndNoOther() throws Exception {
    byte[] meant = LaunchImage.of(new byte[64]).digest();
    byte[] other = LaunchImage.of(new byte[80]).digest();
    byte[] nonce = new byte[16];
    try (OwnerSession owner = session()) {
      var reported =
          new ReportedMeasurement(
              LaunchMeasurement.compute(owner.keys(), API, 21, POLICY, meant, nonce), nonce);
      assertThat(owner.accepts(reported, API, 21, meant)).isTrue();
      assertThat(owner.accepts(reported, API, 21, other)).isFalse();
      assertThat(owner.accepts(reported, API, 22, meant)).isFalse();
      try (OwnerSession another = session()) {
        assertThat(another.accepts(reported, API, 21, meant)).isFalse();
      }
    }
  }

  @Test
  void noSessionIsMadeWithACertificateThatIsNoPdh() {
    assertThatThrownBy(
            () -> OwnerSession.create(certificate(SevCertificate.Usage.PEK), POLICY, RANDOM))
        .isInstanceOf(MalformedCertificateException.class)
        .hasMessageContaining("a PDH is expected, not PEK");
  }

  @Test
  void itsKeysAreGoneWhenItIsClosed() throws Exception {
    OwnerSession owner = session();
    owner.close();
    assertThatIllegalStateException().isThrownBy(() -> owner.keys().tik().reveal());
  }
}
