package dev.sealift.crypto.cert;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sealift.crypto.cert.CertificateFile.Form;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A file of certificates")
class CertificateFileTest {
  private static final TestPlatform PLATFORM = new TestPlatform();
  private static final SevCertificate PDH = PLATFORM.pdh;
  private static final SevCertificate PEK = PLATFORM.pek;
  private static final SevCertificate OCA = PLATFORM.oca();
  private static final SevCertificate CEK = PLATFORM.cek;
  private static final AmdCertificate ASK = PLATFORM.ask;
  private static final AmdCertificate ARK = PLATFORM.ark;

  @Test
  void everyCertificateIsRecognisedAlone() throws Exception {
    for (Certificate certificate : new Certificate[] {PDH, PEK, OCA, CEK, ASK, ARK}) {
      CertificateFile file = CertificateFile.parse(certificate.bytes());
      assertThat(file.certificates()).containsExactly(certificate);
      assertThat(file.form()).isEqualTo(Form.SINGLE);
    }
    assertThat(CertificateFile.parse(PLATFORM.csr.bytes()).certificates())
        .containsExactly(PLATFORM.csr);
  }

  @Test
  void theFormsThatToolsExchangeHaveNames() throws Exception {
    assertForm(Form.ASK_ARK, ASK, ARK);
    assertForm(Form.ARK_ASK, ARK, ASK);
    assertForm(Form.PLATFORM, PEK, OCA, CEK);
    assertForm(Form.CHAIN, PDH, PEK, OCA, CEK);
    assertForm(Form.FULL_CHAIN, PDH, PEK, OCA, CEK, ASK, ARK);
    assertForm(Form.MIXTURE, CEK, ARK, PDH, PDH);
    assertForm(Form.MIXTURE, OCA, CEK);
  }

  @Test
  void everyPartKnowsItsPlace() throws Exception {
    CertificateFile file = CertificateFile.parse(join(ASK, PDH, ARK));
    assertThat(file.parts())
        .extracting(CertificateFile.Part::offset)
        .containsExactly(0, 832, 832 + 2084);
  }

  @Test
  void aFileThatIsCutShortSaysHowMuchIsThere() {
    assertRefused(Arrays.copyOf(PDH.bytes(), 2083), "cut short: 2083 of the 2084 bytes of the PDH");
    assertRefused(
        Arrays.copyOf(PEK.bytes(), 12), "cut short: 12 of the 2084 bytes of the PEK certificate");
    assertRefused(
        Arrays.copyOf(join(PDH, PEK, OCA, CEK), 4 * 2084 - 1),
        "cut short: 2083 of the 2084 bytes of the CEK certificate at byte 6252");
    assertRefused(Arrays.copyOf(ASK.bytes(), 600), "cut short: 600 of the 832 bytes of the ASK");
    assertRefused(new byte[] {1, 0, 0}, "3 bytes are no certificate");
  }

  @Test
  void whatIsTooMuchIsRefusedWithItsPlace() {
    assertRefused(Arrays.copyOf(PDH.bytes(), 2085), "1 bytes too many", "at byte 2084");
    assertRefused(Arrays.copyOf(PDH.bytes(), 2084 + 500), "no certificate of SEV starts at byte");
    assertRefused(new byte[CertificateFile.MOST_BYTES + 1], "65537 bytes", "65536 at most");
    assertRefused(new byte[0], "empty");
  }

  @Test
  void aRootWithoutItsSignatureIsRefusedWithTheReason() {
    byte[] unsigned = Arrays.copyOf(ARK.bytes(), 576);
    assertRefused(unsigned, "ends before its signature", "576 bytes instead of 832");
    byte[] behindTheAsk = Arrays.copyOf(ASK.bytes(), 832 + 576);
    System.arraycopy(unsigned, 0, behindTheAsk, 832, 576);
    assertRefused(behindTheAsk, "ends before its signature");
    byte[] beforeThePdh = Arrays.copyOf(unsigned, 576 + 2084);
    System.arraycopy(PDH.bytes(), 0, beforeThePdh, 576, 2084);
    assertRefused(beforeThePdh, "ends before its signature");
  }

  @Test
  void theRealRootWithoutItsSignatureIsRefusedWithTheReason() {
    byte[] unsigned = Fixtures.bytes("naples/ark.cert.bad");
    assertRefused(unsigned, "ends before its signature", "AMD first published the Naples ARK so");
  }

  @Test
  void otherContentIsToldByWhatItIs() {
    assertRefused(
        Base64.getMimeEncoder().encode(PDH.bytes()), "it is base64 text: decode it with base64 -d");
    assertRefused(Base64.getEncoder().encode(ASK.bytes()), "base64 text");
    assertRefused(
        (HexFormat.of().formatHex(PDH.bytes()) + "\n").getBytes(US_ASCII), "hexadecimal text");
    assertRefused(
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n".getBytes(US_ASCII),
        "it is PEM, as X.509 certificates and keys come");
    assertRefused(new byte[] {0x30, (byte) 0x82, 3, 0, 1}, "it is DER");
    assertRefused("Hello, world!".getBytes(US_ASCII), "it is text");
    assertRefused(new byte[2084], "no certificate of SEV starts here");
  }

  @Test
  void ofAmdKeysOnlyTheTwoSizesAreRead() {
    byte[] odd = ARK.bytes();
    odd[0x3D] = 0x0C;
    assertRefused(odd, "2048 or 4096 bits each, not 2048 and 3072");
  }

  private static void assertForm(Form form, Certificate... certificates) throws Exception {
    CertificateFile file = CertificateFile.parse(join(certificates));
    assertThat(file.certificates()).containsExactly(certificates);
    assertThat(file.form()).isEqualTo(form);
  }

  private static void assertRefused(byte[] content, String... why) {
    assertThatExceptionOfType(MalformedCertificateException.class)
        .isThrownBy(() -> CertificateFile.parse(content))
        .satisfies(refused -> assertThat(refused).hasMessageContainingAll(why));
  }

  private static byte[] join(Certificate... certificates) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    for (Certificate certificate : certificates) {
      joined.writeBytes(certificate.bytes());
    }
    return joined.toByteArray();
  }
}
