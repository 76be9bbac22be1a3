package dev.sealift.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class HmacSha256Test {

  @ParameterizedTest(name = "case {0}")
  @MethodSource("rfc4231")
  @DisplayName("the test cases of RFC 4231 come out, in one piece and in two")
  void knownAnswers(int testCase, byte[] key, byte[] data, String mac) {
    int length = mac.length() / 2;
    byte[] whole = HmacSha256.of(key, data);
    byte[] parts =
        HmacSha256.of(key, Arrays.copyOf(data, 3), Arrays.copyOfRange(data, 3, data.length));
    assertThat(HexFormat.of().formatHex(whole, 0, length)).isEqualTo(mac);
    assertThat(parts).isEqualTo(whole);
  }

  static Arguments[] rfc4231() {
    byte[] counting = new byte[25];
    for (int i = 0; i < counting.length; i++) {
      counting[i] = (byte) (i + 1);
    }
    return new Arguments[] {
      Arguments.of(
          1,
          repeated(0x0b, 20),
          ascii("Hi There"),
          "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
      Arguments.of(
          2,
          ascii("Jefe"),
          ascii("what do ya want for nothing?"),
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
      Arguments.of(
          3,
          repeated(0xaa, 20),
          repeated(0xdd, 50),
          "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
      Arguments.of(
          4,
          counting,
          repeated(0xcd, 50),
          "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
      Arguments.of(
          5, repeated(0x0c, 20), ascii("Test With Truncation"), "a3b6167473100ee06e0c796c2955552b"),
      Arguments.of(
          6,
          repeated(0xaa, 131),
          ascii("Test Using Larger Than Block-Size Key - Hash Key First"),
          "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
      Arguments.of(
          7,
          repeated(0xaa, 131),
          ascii(
              "This is a test using a larger than block-size key and a larger than block-size"
                  + " data. The key needs to be hashed before being used by the HMAC algorithm."),
          "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2")
    };
  }

  @Test
  void aZeroKeyOverZeroBytesGivesTheKnownAnswerOfASession() {
    assertThat(HmacSha256.of(new byte[16], new byte[4]))
        .isEqualTo(
            HexFormat.of()
                .parseHex("aa7855e13839dd767cd5da7c1ff5036540c9264b7a803029315e55375287b4af"));
  }

  @Test
  void oneObjectServesManyMessagesAndForgetsAnUnfinishedOne() {
    byte[] key = ascii("Jefe");
    try (HmacSha256 hmac = new HmacSha256(key)) {
      hmac.begin();
      hmac.update(ascii("never finished"));
      hmac.begin();
      hmac.update(ascii("--second--"), 2, 6);
      byte[] out = new byte[40];
      hmac.finish(out, 8);
      assertThat(Arrays.copyOfRange(out, 8, 40)).isEqualTo(HmacSha256.of(key, ascii("second")));
      hmac.begin();
      assertThat(hmac.finish()).isEqualTo(HmacSha256.of(key));
    }
  }

  @Test
  void aWipedKeyIsAnErrorAndNeverZeros() {
    HmacSha256 hmac = new HmacSha256(ascii("Jefe"));
    hmac.close();
    assertThatIllegalStateException().isThrownBy(hmac::begin);
  }

  private static byte[] repeated(int value, int count) {
    byte[] bytes = new byte[count];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
