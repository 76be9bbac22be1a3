package dev.sealift.crypto.cert;

import static dev.sealift.abi.FirmwareStatus.BAD_SIGNATURE;
import static dev.sealift.abi.FirmwareStatus.INVALID_CERTIFICATE;
import static dev.sealift.abi.FirmwareStatus.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("AMD's own root and signing certificates")
class AmdRootsTest {

  @ParameterizedTest
  @EnumSource
  void everyGenerationVerifiesUnderItsPinnedRoot(Generation generation) throws Exception {
    AmdCertificate ark = Fixtures.ark(generation);
    AmdCertificate ask = Fixtures.ask(generation);
    assertThat(CertificateChecks.verifyArk(ark, RootOfTrust.of(generation))).isEqualTo(SUCCESS);
    assertThat(CertificateChecks.verifyAsk(ask, ark)).isEqualTo(SUCCESS);
    assertThat(ark.keyId()).isEqualTo(generation.arkKeyId());
    assertThat(ask.keyId()).isEqualTo(generation.askKeyId());
    assertThat(ask.certifyingId()).isEqualTo(generation.arkKeyId());
    assertThat(RootOfTrust.of(ark).arkHash()).isEqualTo(generation.arkHash());
    assertThat(ark.modulusBits()).isEqualTo(generation == Generation.NAPLES ? 2048 : 4096);
    assertThat(ark.publicKey().getPublicExponent()).isEqualTo(65537);
  }

  @ParameterizedTest
  @EnumSource
  void noGenerationIsTakenForAnother(Generation generation) throws Exception {
    AmdCertificate ark = Fixtures.ark(generation);
    for (Generation other : Generation.values()) {
      if (other != generation) {
        assertThat(CertificateChecks.verifyArk(ark, RootOfTrust.of(other)))
            .isEqualTo(INVALID_CERTIFICATE);
        assertThat(CertificateChecks.verifyAsk(Fixtures.ask(other), ark)).isEqualTo(BAD_SIGNATURE);
      }
    }
  }

  @Test
  void theNaplesRootWithoutItsSignatureIsRefusedWithAClearReason() {
    byte[] unsigned = Fixtures.bytes("naples/ark.cert.bad");
    assertThatExceptionOfType(MalformedCertificateException.class)
        .isThrownBy(() -> AmdCertificate.parse(unsigned))
        .withMessageContaining("ends before its signature")
        .withMessageContaining("576")
        .withMessageContaining("832");
  }

  @ParameterizedTest
  @EnumSource
  void anAskAndTheArkBehindItAreReadAsAPair(Generation generation) throws Exception {
    AmdCertificate ark = Fixtures.ark(generation);
    AmdCertificate ask = Fixtures.ask(generation);
    byte[] pair = Arrays.copyOf(ask.bytes(), ask.bytes().length + ark.bytes().length);
    System.arraycopy(ark.bytes(), 0, pair, ask.bytes().length, ark.bytes().length);
    List<AmdCertificate> read = AmdCertificate.parseChain(pair);
    assertThat(read).containsExactly(ask, ark);
    for (int length : new int[] {0, 63, 64, ask.bytes().length, pair.length - 1}) {
      assertThatExceptionOfType(MalformedCertificateException.class)
          .isThrownBy(() -> AmdCertificate.parseChain(Arrays.copyOf(pair, length)));
    }
    assertThatExceptionOfType(MalformedCertificateException.class)
        .isThrownBy(() -> AmdCertificate.parseChain(Arrays.copyOf(pair, pair.length + 1)));
  }

  @Test
  void anAskAndAnArkInTheWrongOrderDoNotVerify() throws Exception {
    AmdCertificate ark = Fixtures.ark(Generation.MILAN);
    AmdCertificate ask = Fixtures.ask(Generation.MILAN);
    assertThat(CertificateChecks.verifyAsk(ark, ark)).isEqualTo(INVALID_CERTIFICATE);
    assertThat(CertificateChecks.verifyArk(ask, RootOfTrust.of(Generation.MILAN)))
        .isEqualTo(BAD_SIGNATURE);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 63})
  void aFewBytesAreNoCertificate(int length) {
    assertThatExceptionOfType(MalformedCertificateException.class)
        .isThrownBy(() -> AmdCertificate.parse(new byte[length]))
        .withMessageContaining("64 bytes of header");
  }

  @Test
  void keySizesFromOutsideAreBounded() {
    byte[] huge = new byte[832];
    Arrays.fill(huge, 0x38, 0x40, (byte) 0xFF);
    assertThatExceptionOfType(MalformedCertificateException.class)
        .isThrownBy(() -> AmdCertificate.parse(huge))
        .withMessageContaining("4294967295");
  }
}
