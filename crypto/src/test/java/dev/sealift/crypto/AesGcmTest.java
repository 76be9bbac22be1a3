package dev.sealift.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The vectors are test cases 4 and 16 of McGrew and Viega, "The Galois/Counter Mode (GCM)". */
@DisplayName("A message under AES-GCM")
class AesGcmTest {
  private static final HexFormat HEX = HexFormat.of();
  private static final byte[] NONCE = HEX.parseHex("cafebabefacedbaddecaf888");
  private static final byte[] ASSOCIATED = HEX.parseHex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
  private static final byte[] PLAIN =
      HEX.parseHex(
          "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
              + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");

  private static SecretBytes key(int copies) {
    return SecretBytes.take(HEX.parseHex("feffe9928665731c6d6a8f9467308308".repeat(copies)));
  }

  @Test
  void isSealedAsTheStandardSays() {
    assertThat(AesGcm.seal(key(1), NONCE, ASSOCIATED, PLAIN))
        .isEqualTo(
            HEX.parseHex(
                "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
                    + "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091"
                    + "5bc94fbc3221a5db94fae95ae7121a47"));
    assertThat(AesGcm.seal(key(2), NONCE, ASSOCIATED, PLAIN))
        .isEqualTo(
            HEX.parseHex(
                "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                    + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
                    + "76fc6ece0f4e1768cddf8853bb2d551b"));
  }

  @Test
  void opensAsLongAsNothingWasChanged() {
    byte[] sealed = AesGcm.seal(key(2), NONCE, ASSOCIATED, PLAIN);
    assertThat(AesGcm.open(key(2), NONCE, ASSOCIATED, sealed)).hasValue(PLAIN);
    assertThat(AesGcm.open(key(1), NONCE, ASSOCIATED, sealed)).isEmpty();
    assertThat(AesGcm.open(key(2), NONCE, new byte[0], sealed)).isEmpty();
    sealed[0] ^= 1;
    assertThat(AesGcm.open(key(2), NONCE, ASSOCIATED, sealed)).isEmpty();
  }
}
