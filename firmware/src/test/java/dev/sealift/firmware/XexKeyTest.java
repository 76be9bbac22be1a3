package dev.sealift.firmware;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.crypto.AesKey;
import java.util.Arrays;
import javax.crypto.Cipher;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The key of an ASID")
class XexKeyTest {
  private static final byte[] BLOCK = new byte[16];

  private static byte[] ones() {
    byte[] key = new byte[16];
    Arrays.fill(key, (byte) 1);
    return key;
  }

  private static byte[] underZeros() throws Exception {
    Cipher cipher = Cipher.getInstance("AES/ECB/NoPadding");
    cipher.init(Cipher.ENCRYPT_MODE, new AesKey(new byte[16]));
    return cipher.update(BLOCK);
  }

  @Test
  void isInNoCipherOnceItIsGone() throws Exception {
    XexKey key = new XexKey(ones());
    XexCiphers ciphers = key.ciphers();
    assertThat(ciphers.enter()).isTrue();
    assertThat(ciphers.encipher().update(BLOCK)).isNotEqualTo(underZeros());
    ciphers.leave();
    key.close();
    assertThat(ciphers.enter()).isFalse();
    assertThat(ciphers.encipher().update(BLOCK)).isEqualTo(underZeros());
    assertThat(ciphers.decipher().update(underZeros())).isEqualTo(BLOCK);
    assertThat(key.ciphers()).isNull();
  }

  @Test
  void staysUntilTheAccessUnderWayIsDone() throws Exception {
    XexKey key = new XexKey(ones());
    XexCiphers ciphers = key.ciphers();
    assertThat(ciphers.enter()).isTrue();
    byte[] before = ciphers.encipher().update(BLOCK);
    Thread taking = Thread.ofPlatform().daemon().start(key::close);
    assertThat(taking.join(java.time.Duration.ofMillis(20))).isFalse();
    assertThat(ciphers.encipher().update(BLOCK)).isEqualTo(before);
    ciphers.leave();
    taking.join();
    assertThat(ciphers.enter()).isFalse();
  }
}
