package dev.sealift.crypto.cert;

import static dev.sealift.abi.FirmwareStatus.INVALID_CERTIFICATE;
import static dev.sealift.abi.FirmwareStatus.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.cert.SevCertificate.Algorithm;
import dev.sealift.crypto.cert.SevCertificate.Usage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The chain of a real Naples platform")
class NaplesChainTest {
  private PlatformChain chain;

  @BeforeEach
  void read() throws MalformedCertificateException {
    chain =
        new PlatformChain(
            Fixtures.naples("pdh"),
            Fixtures.naples("pek"),
            Fixtures.naples("oca"),
            Fixtures.naples("cek"),
            Fixtures.ask(Generation.NAPLES),
            Fixtures.ark(Generation.NAPLES));
  }

  @Test
  void everyEdgeHolds() {
    ChainVerdict verdict = chain.verify(RootOfTrust.of(Generation.NAPLES));
    assertThat(verdict.firstFault()).isEmpty();
    assertThat(verdict.holds()).isTrue();
    assertThat(verdict.edges())
        .extracting(edge -> edge.signed() + " under " + edge.signer())
        .containsExactly(
            "PDH under PEK",
            "PEK under OCA",
            "OCA under OCA",
            "PEK under CEK",
            "CEK under ASK",
            "ASK under ARK",
            "ARK under AMD Naples");
  }

  @Test
  void itLeadsToNoOtherRoot() {
    ChainVerdict verdict = chain.verify(RootOfTrust.of(Generation.MILAN));
    assertThat(verdict.holds()).isFalse();
    assertThat(verdict.firstFault())
        .isEqualTo("ARK under AMD Milan: the ARK is not that of AMD Milan");
  }

  @Test
  void theFieldsAreThoseOfAPlatformOfVersion016() throws MalformedCertificateException {
    assertThat(chain.pdh().usage()).isEqualTo(Usage.PDH.value());
    assertThat(chain.pdh().algorithm()).isEqualTo(Algorithm.ECDH_SHA256.value());
    assertThat(chain.pdh().version()).isEqualTo(1);
    assertThat(chain.pdh().api()).isEqualTo(new ApiVersion(0, 16));
    assertThat(chain.pek().slot(0)).hasToString("ECDSA_SHA256 by OCA");
    assertThat(chain.pek().slot(1)).hasToString("ECDSA_SHA256 by CEK");
    assertThat(chain.cek().slot(0)).hasToString("RSA_SHA256 by ASK");
    assertThat(chain.cek().slot(1).isEmpty()).isTrue();
    assertThat(chain.pdh().publicKey().getW()).isNotEqualTo(chain.pek().publicKey().getW());
    assertThat(CertificateChecks.checkPdhBody(chain.pdh())).isEqualTo(SUCCESS);
    assertThat(CertificateChecks.checkPdhBody(chain.pek())).isEqualTo(INVALID_CERTIFICATE);
  }

  @Test
  @DisplayName("its CEK, signed RSA_SHA256, is refused where the ASK is taken for RSA_SHA384")
  void theCekIsRefusedAsShippedFirmwareRefusesIt() {
    assertThat(CertificateChecks.verifyCek(chain.cek(), chain.ask())).isEqualTo(SUCCESS);
    assertThat(CertificateChecks.verifyCek(chain.cek(), chain.ask(), Algorithm.RSA_SHA256))
        .isEqualTo(SUCCESS);
    assertThat(CertificateChecks.verifyCek(chain.cek(), chain.ask(), Algorithm.RSA_SHA384))
        .isEqualTo(INVALID_CERTIFICATE);
  }

  @Test
  void itSurvivesTheFormInWhichItTravels() throws MalformedCertificateException {
    assertThat(chain.platformCertificates()).hasSize(6252);
    assertThat(chain.amdCertificates()).hasSize(1664);
    assertThat(
            PlatformChain.parse(
                chain.pdh().bytes(), chain.platformCertificates(), chain.amdCertificates()))
        .isEqualTo(chain);
  }

  @Test
  void onlyTheCertificatesThatBelongTogetherVerify() {
    assertThat(CertificateChecks.verify(chain.pdh(), chain.oca())).isEqualTo(INVALID_CERTIFICATE);
    assertThat(CertificateChecks.verify(chain.pdh(), chain.cek())).isEqualTo(INVALID_CERTIFICATE);
    assertThat(CertificateChecks.verify(chain.pek(), chain.pdh())).isEqualTo(INVALID_CERTIFICATE);
    assertThat(CertificateChecks.verify(chain.oca(), chain.pek())).isEqualTo(INVALID_CERTIFICATE);
    assertThat(CertificateChecks.verify(chain.cek(), chain.cek())).isEqualTo(INVALID_CERTIFICATE);
  }

  @Test
  void aChangedCertificateIsNamedInTheVerdict() throws MalformedCertificateException {
    PlatformChain forged =
        new PlatformChain(
            chain.pdh(),
            changed(chain.pek(), 0x20),
            chain.oca(),
            chain.cek(),
            chain.ask(),
            chain.ark());
    ChainVerdict verdict = forged.verify(RootOfTrust.of(Generation.NAPLES));
    assertThat(verdict.holds()).isFalse();
    assertThat(verdict.firstFault())
        .isEqualTo("PEK under CEK: the ECDSA_SHA256 signature by the CEK does not verify");
    assertThat(verdict.edges()).filteredOn(edge -> !edge.holds()).hasSize(3);
  }

  private static SevCertificate changed(SevCertificate certificate, int at)
      throws MalformedCertificateException {
    byte[] bytes = certificate.bytes();
    bytes[at] ^= (byte) (1 << at % 8);
    return SevCertificate.parse(bytes);
  }
}
