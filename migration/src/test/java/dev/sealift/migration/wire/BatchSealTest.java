package dev.sealift.migration.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

class BatchSealTest {
  private static final byte[] CLEAR = {1, 2, 3};
  private static final byte[] PLAIN = "sixty-four pages".getBytes(StandardCharsets.US_ASCII);

  private final SecretKey key = new SecretKeySpec(new byte[32], "AES");
  private final MoveId move = MoveId.parse("00112233445566778899aabbccddeeff");
  private final BatchSeal seal = new BatchSeal(key, move, 2);

  @Test
  void bindsTheNumberAndWhatGoesAheadInTheClear() throws Exception {
    byte[] sealed = seal.seal(5, CLEAR, PLAIN);
    assertThat(seal.open(5, CLEAR, sealed)).isEqualTo(PLAIN);
    assertThatThrownBy(() -> seal.open(6, CLEAR, sealed)).isInstanceOf(MigrationException.class);
    assertThatThrownBy(() -> seal.open(5, new byte[] {1, 2, 4}, sealed))
        .isInstanceOf(MigrationException.class);
  }

  @Test
  void isTheGcmThatTheProtocolDescribes() throws Exception {
    Cipher gcm = Cipher.getInstance("AES/GCM/NoPadding");
    byte[] nonce = HexFormat.of().parseHex("00000002" + "0000000000000005");
    gcm.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(128, nonce));
    gcm.updateAAD(
        HexFormat.of().parseHex("010203" + "00112233445566778899aabbccddeeff" + "00000002"));
    assertThat(gcm.doFinal(seal.seal(5, CLEAR, PLAIN))).isEqualTo(PLAIN);
  }
}
