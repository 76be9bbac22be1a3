package dev.sealift.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

class SecretBytesTest {
  private static final byte[] HUSH = "hush, a sixteen!".getBytes(StandardCharsets.US_ASCII);

  @Test
  void aSecretDoesNotShowItselfInWords() {
    assertThat(SecretBytes.copyOf(HUSH)).hasToString("SecretBytes[16 bytes]");
  }

  @Test
  void aCopiedSecretDoesNotChangeWithTheArrayItCameFrom() {
    byte[] array = HUSH.clone();
    SecretBytes secret = SecretBytes.copyOf(array);
    array[0] = 0;
    assertThat(secret.reveal()).isEqualTo(HUSH);
  }

  @Test
  void closingWipesTheArrayThatWasTakenOver() {
    byte[] array = HUSH.clone();
    SecretBytes secret = SecretBytes.take(array);
    assertThat(secret.<byte[]>open(bytes -> bytes)).isSameAs(array);
    secret.close();
    assertThat(array).containsOnly(0);
  }

  @Test
  void aClosedSecretIsAnErrorAndNeverZeros() {
    SecretBytes secret = SecretBytes.copyOf(HUSH);
    secret.close();
    assertThatIllegalStateException().isThrownBy(secret::reveal);
    assertThatIllegalStateException().isThrownBy(() -> secret.open(bytes -> bytes[0]));
    assertThatIllegalStateException().isThrownBy(() -> SecretBytes.copyOf(HUSH).sameAs(secret));
  }

  @Test
  void secretsAreTheSameWhenTheirBytesAre() {
    SecretBytes secret = SecretBytes.copyOf(HUSH);
    byte[] other = HUSH.clone();
    other[15] ^= 1;
    assertThat(secret.sameAs(SecretBytes.copyOf(HUSH))).isTrue();
    assertThat(secret.sameAs(SecretBytes.copyOf(other))).isFalse();
    assertThat(secret.sameAs(SecretBytes.copyOf(new byte[15]))).isFalse();
  }

  @Test
  void randomSecretsHaveTheLengthAskedForAndDiffer() {
    SecureRandom random = new SecureRandom();
    SecretBytes first = SecretBytes.random(random, 16);
    assertThat(first.length()).isEqualTo(16);
    assertThat(first.sameAs(SecretBytes.random(random, 16))).isFalse();
  }
}
