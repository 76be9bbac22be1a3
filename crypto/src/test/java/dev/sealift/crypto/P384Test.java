package dev.sealift.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.InvalidKeySpecException;
import java.util.HexFormat;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class P384Test {
  private static final BigInteger I =
      number(
          "099F3C7034D4A2C699884D73A375A67F7624EF7C6B3C0F16"
              + "0647B67414DCE655E35B538041E649EE3FAEF896783AB194");
  private static final BigInteger GI_X =
      number(
          "667842D7D180AC2CDE6F74F37551F55755C7645C20EF73E3"
              + "1634FE72B4C55EE6DE3AC808ACB4BDB4C88732AEE95F41AA");
  private static final BigInteger GI_Y =
      number(
          "9482ED1FC0EEB9CAFC4984625CCFC23F65032149E0E144AD"
              + "A024181535A0F38EEB9FCFF3C2C947DAE69B4C634573A81C");
  private static final BigInteger R =
      number(
          "41CB0779B4BDB85D47846725FBEC3C9430FAB46CC8DC5060"
              + "855CC9BDA0AA2942E0308312916B8ED2960E4BD55A7448FC");
  private static final BigInteger GR_X =
      number(
          "E558DBEF53EECDE3D3FCCFC1AEA08A89A987475D12FD950D"
              + "83CFA41732BC509D0D1AC43A0336DEF96FDA41D0774A3571");
  private static final BigInteger GR_Y =
      number(
          "DCFBEC7AACF3196472169E838430367F66EEBE3C6E70C416"
              + "DD5F0C68759DD1FFF83FA40142209DFF5EAAD96DB9E6386C");
  private static final byte[] GIR_X =
      HexFormat.of()
          .parseHex(
              "11187331c279962d93d604243fd592cb9d0a926f422e4718"
                  + "7521287e7156c5c4d603135569b9e9d09cf5d4a270f59746");

  @Test
  @DisplayName("key agreement gives the shared secret of RFC 5903, section 8.2, on both sides")
  void keyAgreementGivesTheKnownAnswer() throws InvalidKeySpecException {
    assertThat(P384.sharedSecret(P384.privateKey(I), P384.publicKey(GR_X, GR_Y)).reveal())
        .isEqualTo(GIR_X);
    assertThat(P384.sharedSecret(P384.privateKey(R), P384.publicKey(GI_X, GI_Y)).reveal())
        .isEqualTo(GIR_X);
  }

  @Test
  void freshKeyPairsAgree() {
    SecureRandom random = new SecureRandom();
    KeyPair left = P384.generate(random);
    KeyPair right = P384.generate(random);
    SecretBytes secret =
        P384.sharedSecret((ECPrivateKey) left.getPrivate(), (ECPublicKey) right.getPublic());
    assertThat(secret.length()).isEqualTo(48);
    assertThat(
            secret.sameAs(
                P384.sharedSecret(
                    (ECPrivateKey) right.getPrivate(), (ECPublicKey) left.getPublic())))
        .isTrue();
  }

  @Test
  void pointsOffTheCurveAreNoKeys() {
    assertThat(P384.isOnCurve(new ECPoint(GI_X, GI_Y))).isTrue();
    assertThat(P384.isOnCurve(ECPoint.POINT_INFINITY)).isFalse();
    BigInteger prime =
        BigInteger.TWO
            .pow(384)
            .subtract(BigInteger.TWO.pow(128))
            .subtract(BigInteger.TWO.pow(96))
            .add(BigInteger.TWO.pow(32))
            .subtract(BigInteger.ONE);
    assertThat(P384.isOnCurve(new ECPoint(GI_X.add(prime), GI_Y))).isFalse();
    assertThatExceptionOfType(InvalidKeySpecException.class)
        .isThrownBy(() -> P384.publicKey(GI_X, GI_Y.add(BigInteger.ONE)));
    assertThatExceptionOfType(InvalidKeySpecException.class)
        .isThrownBy(() -> P384.publicKey(BigInteger.ZERO, BigInteger.ZERO));
  }

  @Test
  void privateKeysLieBetweenOneAndTheOrder() {
    assertThatExceptionOfType(InvalidKeySpecException.class)
        .isThrownBy(() -> P384.privateKey(BigInteger.ZERO));
    assertThatExceptionOfType(InvalidKeySpecException.class)
        .isThrownBy(() -> P384.privateKey(BigInteger.TWO.pow(384)));
  }

  @Test
  void keysOfAnotherCurveAreRefused() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    ECPublicKey foreign = (ECPublicKey) generator.generateKeyPair().getPublic();
    ECPrivateKey own = P384.privateKey(I);
    assertThat(P384.isCurveOf(foreign)).isFalse();
    assertThat(P384.isCurveOf(own)).isTrue();
    assertThatIllegalArgumentException().isThrownBy(() -> P384.sharedSecret(own, foreign));
  }

  @Test
  void everyPrivateKeyHasItsPublicOne() throws Exception {
    assertThat(P384.publicKey(P384.privateKey(I)).getW()).isEqualTo(new ECPoint(GI_X, GI_Y));
    assertThat(P384.publicKey(P384.privateKey(R)).getW()).isEqualTo(new ECPoint(GR_X, GR_Y));
    assertThat(P384.belongTogether(P384.privateKey(I), P384.publicKey(GI_X, GI_Y))).isTrue();
    assertThat(P384.belongTogether(P384.privateKey(I), P384.publicKey(GR_X, GR_Y))).isFalse();
    ECPrivateKey last = P384.privateKey(last());
    assertThat(P384.publicKey(last).getW().getAffineX())
        .as("the order less one is the generator turned over")
        .isEqualTo(last.getParams().getGenerator().getAffineX());
    assertThat(P384.publicKey(last).getW()).isNotEqualTo(last.getParams().getGenerator());
    assertThat(P384.publicKey(P384.privateKey(BigInteger.ONE)).getW())
        .isEqualTo(last.getParams().getGenerator());
  }

  private static BigInteger last() {
    ECPublicKey any = (ECPublicKey) P384.generate(new SecureRandom()).getPublic();
    return any.getParams().getOrder().subtract(BigInteger.ONE);
  }

  private static BigInteger number(String hex) {
    return new BigInteger(hex, 16);
  }
}
