package dev.sealift.firmware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A chip's identity")
class Secp256k1Test {

  @ParameterizedTest
  @CsvSource({
    "1, 79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
        + "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8",
    "2, c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5"
        + "1ae168fea63dc339a3c58419466ceaeef7f632653266d0e1236431a950cfe52a",
    "3, f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9"
        + "388f7b0f632de8140fe337e62a37f3566500a99934c2231b6cb9fd7584b8e672"
  })
  @DisplayName("is a multiple of the generator of secp256k1, X before Y, big-endian")
  void knownMultiples(int scalar, String point) {
    assertThat(HexFormat.of().formatHex(Secp256k1.publicPoint(BigInteger.valueOf(scalar))))
        .isEqualTo(point);
  }

  @Test
  @DisplayName("is the generator turned over for the scalar below the order")
  void minusOne() {
    byte[] one = Secp256k1.publicPoint(BigInteger.ONE);
    byte[] minusOne = Secp256k1.publicPoint(Secp256k1.ORDER.subtract(BigInteger.ONE));
    assertThat(Arrays.copyOf(minusOne, 32)).isEqualTo(Arrays.copyOf(one, 32));
    assertThat(Arrays.copyOfRange(minusOne, 32, 64)).isNotEqualTo(Arrays.copyOfRange(one, 32, 64));
  }

  @Test
  @DisplayName("lies on the curve, whatever the chip")
  void onTheCurve() {
    BigInteger prime =
        BigInteger.TWO.pow(256).subtract(BigInteger.TWO.pow(32)).subtract(BigInteger.valueOf(977));
    for (int i = 0; i < 5; i++) {
      byte[] id = ChipKeys.generate(new SecureRandom()).id();
      BigInteger x = new BigInteger(1, Arrays.copyOf(id, 32));
      BigInteger y = new BigInteger(1, Arrays.copyOfRange(id, 32, 64));
      assertThat(y.pow(2).mod(prime)).isEqualTo(x.pow(3).add(BigInteger.valueOf(7)).mod(prime));
    }
  }

  @Test
  @DisplayName("is none for a scalar of zero or of the order")
  void impossibleScalars() {
    assertThatIllegalArgumentException().isThrownBy(() -> Secp256k1.publicPoint(BigInteger.ZERO));
    assertThatIllegalArgumentException().isThrownBy(() -> Secp256k1.publicPoint(Secp256k1.ORDER));
  }
}
