package dev.sealift.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

class KeyDerivationTest {

  @Test
  void theMasterSecretOfAZeroKeyIsTheKnownAnswer() {
    assertThat(KeyDerivation.derive(new byte[16], "sev-master-secret", new byte[16], 16))
        .isEqualTo(HexFormat.of().parseHex("ab4d269fcc62bedb4511d56c386ce706"));
  }

  @Test
  void aKeyLongerThanOneBlockIsBlocksOneBehindTheOther() throws Exception {
    byte[] key = {1, 2, 3};
    byte[] context = {4, 5};
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    ByteBuffer expected = ByteBuffer.allocate(96);
    for (int i = 1; i <= 3; i++) {
      mac.update(littleEndian(i));
      mac.update(new byte[] {'k', 'e', 'y', 0, 4, 5});
      mac.update(littleEndian(70 * 8));
      expected.put(mac.doFinal());
    }
    assertThat(KeyDerivation.derive(key, "key", context, 70))
        .isEqualTo(Arrays.copyOf(expected.array(), 70));
  }

  @Test
  void lengthsAreBounded() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KeyDerivation.derive(new byte[16], "key", new byte[0], 0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KeyDerivation.derive(new byte[16], "key", new byte[0], 4097));
    assertThat(KeyDerivation.derive(new byte[16], "key", new byte[0], 4096)).hasSize(4096);
  }

  private static byte[] littleEndian(int value) {
    return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array();
  }
}
