package dev.sealift.crypto.cert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.P384;
import dev.sealift.crypto.cert.SevCertificate.Algorithm;
import dev.sealift.crypto.cert.SevCertificate.Usage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SevCertificateTest {
  private static final ECPublicKey KEY =
      (ECPublicKey) P384.generate(new SecureRandom()).getPublic();

  @Test
  void aNewCertificateHasEveryFieldInItsPlace() throws MalformedCertificateException {
    SevCertificate certificate =
        SevCertificate.unsigned(Usage.PDH, Algorithm.ECDH_SHA256, new ApiVersion(1, 55), KEY);
    byte[] bytes = certificate.bytes();
    assertThat(bytes).hasSize(2084);
    assertThat(u32(bytes, 0x000)).isEqualTo(1);
    assertThat(bytes[4]).isEqualTo((byte) 1);
    assertThat(bytes[5]).isEqualTo((byte) 55);
    assertThat(u32(bytes, 0x008)).isEqualTo(0x1003);
    assertThat(u32(bytes, 0x00C)).isEqualTo(3);
    assertThat(u32(bytes, 0x010)).isEqualTo(2);
    assertThat(LittleEndian.read(Arrays.copyOfRange(bytes, 0x014, 0x05C)))
        .isEqualTo(KEY.getW().getAffineX());
    assertThat(LittleEndian.read(Arrays.copyOfRange(bytes, 0x05C, 0x0A4)))
        .isEqualTo(KEY.getW().getAffineY());
    assertThat(Arrays.copyOfRange(bytes, 0x0A4, 0x414)).containsOnly(0);
    assertThat(u32(bytes, 0x414)).isEqualTo(0x1000);
    assertThat(u32(bytes, 0x418)).isZero();
    assertThat(u32(bytes, 0x61C)).isEqualTo(0x1000);
    assertThat(u32(bytes, 0x620)).isZero();
    assertThat(certificate.slot(0)).isEqualTo(SignatureSlot.EMPTY);
    assertThat(certificate.publicKey().getW()).isEqualTo(KEY.getW());
    assertThat(certificate)
        .hasToString("PDH certificate, API 1.55, signatures: empty; empty")
        .isEqualTo(SevCertificate.parse(bytes));
  }

  @Test
  void everyByteIsKeptAsItCame() throws MalformedCertificateException {
    byte[] garbage = new byte[2084];
    new Random(1).nextBytes(garbage);
    SevCertificate certificate = SevCertificate.parse(garbage);
    assertThat(certificate.bytes()).isEqualTo(garbage);
    assertThat(certificate.body()).isEqualTo(Arrays.copyOf(garbage, 1044));
    SevCertificate cleared = certificate.withoutSignatures();
    assertThat(cleared.sameBody(certificate)).isTrue();
    assertThat(cleared).isNotEqualTo(certificate);
    assertThat(cleared.slot(1).isEmpty()).isTrue();
  }

  @Test
  void aSignatureGoesIntoItsSlotAndNowhereElse() {
    SevCertificate plain =
        SevCertificate.unsigned(Usage.PEK, Algorithm.ECDSA_SHA256, new ApiVersion(0, 22), KEY);
    byte[] signature = new byte[512];
    Arrays.fill(signature, (byte) 7);
    SevCertificate signed = plain.withSignature(1, Usage.CEK, Algorithm.ECDSA_SHA256, signature);
    assertThat(plain.slot(1).isEmpty()).isTrue();
    assertThat(signed.slot(0).isEmpty()).isTrue();
    assertThat(signed.slot(1)).isEqualTo(new SignatureSlot(0x1004, 2, signature));
    assertThat(signed.sameBody(plain)).isTrue();
    assertThat(signed.withSlot(1, SignatureSlot.EMPTY)).isEqualTo(plain);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> plain.withSignature(0, Usage.OCA, Algorithm.ECDSA_SHA256, new byte[144]));
  }

  @Test
  void theFingerprintIsThatOfTheKeyAlone() throws Exception {
    SevCertificate pek =
        SevCertificate.unsigned(Usage.PEK, Algorithm.ECDSA_SHA256, new ApiVersion(0, 22), KEY);
    byte[] encoded = KEY.getEncoded();
    // The key's X.509 form ends with x and y, 48 bytes each, big-endian.
    byte[] xAndY = Arrays.copyOfRange(encoded, encoded.length - 96, encoded.length);
    assertThat(pek.keyFingerprint())
        .isEqualTo(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(xAndY)))
        .hasSize(64);
    assertThat(
            SevCertificate.unsigned(Usage.CEK, Algorithm.ECDSA_SHA256, new ApiVersion(0, 14), KEY)
                .withSignature(0, Usage.ASK, Algorithm.RSA_SHA384, new byte[512])
                .keyFingerprint())
        .isEqualTo(pek.keyFingerprint());
  }

  @Test
  void bytesHandedOutAndInAreCopies() throws MalformedCertificateException {
    byte[] bytes = new byte[2084];
    SevCertificate certificate = SevCertificate.parse(bytes);
    bytes[0] = 1;
    certificate.bytes()[0] = 1;
    certificate.slot(0).signature()[0] = 1;
    assertThat(certificate.bytes()).containsOnly(0);
  }

  @Test
  void onlyTheRightLengthIsACertificate() {
    for (int length : new int[] {0, 2083, 2085}) {
      assertThatExceptionOfType(MalformedCertificateException.class)
          .isThrownBy(() -> SevCertificate.parse(new byte[length]))
          .withMessage("a SEV certificate has 2084 bytes, not " + length);
    }
  }

  @Test
  void aKeyOnAnotherCurveOrOnNoneIsNoKey() throws MalformedCertificateException {
    byte[] good =
        SevCertificate.unsigned(Usage.PDH, Algorithm.ECDH_SHA256, new ApiVersion(0, 22), KEY)
            .bytes();
    byte[] otherCurve = good.clone();
    otherCurve[0x10] = 1;
    assertThatExceptionOfType(MalformedCertificateException.class)
        .isThrownBy(() -> SevCertificate.parse(otherCurve).publicKey())
        .withMessageContaining("number 1");
    byte[] offCurve = good.clone();
    offCurve[0x5C] ^= 1;
    assertThatExceptionOfType(MalformedCertificateException.class)
        .isThrownBy(() -> SevCertificate.parse(offCurve).publicKey())
        .withMessageContaining("not a point");
    byte[] tooLong = good.clone();
    tooLong[0x14 + 71] = 1;
    assertThatExceptionOfType(MalformedCertificateException.class)
        .isThrownBy(() -> SevCertificate.parse(tooLong).publicKey());
  }

  @Test
  void numbersHaveNamesWhereTheyAreKnown() {
    for (Usage usage : Usage.values()) {
      assertThat(Usage.of(usage.value())).isEqualTo(usage);
    }
    for (Algorithm algorithm : Algorithm.values()) {
      assertThat(Algorithm.of(algorithm.value())).isEqualTo(algorithm);
    }
    assertThat(Usage.of(0x10)).isNull();
    assertThat(Usage.describe(0x10)).isEqualTo("unknown usage 0x10");
    assertThat(Algorithm.of(4)).isNull();
    assertThat(Algorithm.describe(0x102)).isEqualTo("ECDSA_SHA384");
  }

  private static int u32(byte[] bytes, int offset) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(offset);
  }
}
