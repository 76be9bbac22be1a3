package dev.sealift.crypto;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.ECKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.InvalidKeySpecException;
import javax.crypto.KeyAgreement;

/**
 * The one elliptic curve of SEV, NIST P-384: key pairs, points and key agreement.
 *
 * <p>Source: FIPS 186-4 (curve), RFC 5903 section 8.2 (key agreement on it).
 */
public final class P384 {

  /** Bytes of a coordinate and of a shared secret. */
  public static final int COORDINATE_SIZE = 48;

  private static final byte[] PROOF = "the holder of this key".getBytes(US_ASCII);

  private static final ECParameterSpec CURVE = curve();
  private static final BigInteger PRIME = ((ECFieldFp) CURVE.getCurve().getField()).getP();

  private P384() {}

  /** A fresh key pair: an {@link ECPublicKey} and an {@link ECPrivateKey}. */
  public static KeyPair generate(SecureRandom random) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(CURVE, random);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw MissingAlgorithm.because(e);
    }
  }

  /**
   * The public key at a point.
   *
   * @throws InvalidKeySpecException if the point is not on the curve
   */
  public static ECPublicKey publicKey(BigInteger x, BigInteger y) throws InvalidKeySpecException {
    ECPoint point = new ECPoint(x, y);
    if (!isOnCurve(point)) {
      throw new InvalidKeySpecException("the point is not on the curve P-384");
    }
    return (ECPublicKey) factory().generatePublic(new ECPublicKeySpec(point, CURVE));
  }

  /**
   * The private key of a scalar.
   *
   * @throws InvalidKeySpecException unless the scalar is at least 1 and below the curve's order
   */
  public static ECPrivateKey privateKey(BigInteger scalar) throws InvalidKeySpecException {
    if (scalar.signum() <= 0 || scalar.compareTo(CURVE.getOrder()) >= 0) {
      throw new InvalidKeySpecException("a private key lies between 1 and the order of P-384");
    }
    return (ECPrivateKey) factory().generatePrivate(new ECPrivateKeySpec(scalar, CURVE));
  }

  /**
   * The public key of a private one.
   *
   * @throws IllegalArgumentException if the key is not of this curve
   */
  public static ECPublicKey publicKey(ECPrivateKey own) {
    try {
      ECPublicKey generator =
          (ECPublicKey) factory().generatePublic(new ECPublicKeySpec(CURVE.getGenerator(), CURVE));
      BigInteger x;
      try (SecretBytes shared = sharedSecret(own, generator)) {
        x = shared.open(bytes -> new BigInteger(1, bytes));
      }
      // Agreeing with the generator gives x alone; of the two points with this x, the one under
      // which a signature of the key verifies is the key's own.
      BigInteger y = rightSide(x).modPow(PRIME.add(BigInteger.ONE).shiftRight(2), PRIME);
      ECPublicKey candidate = publicKey(x, y);
      return belongTogether(own, candidate) ? candidate : publicKey(x, PRIME.subtract(y));
    } catch (InvalidKeySpecException e) {
      throw MissingAlgorithm.because(e);
    }
  }

  /**
   * Whether what the private key signs verifies under the public one.
   *
   * @throws IllegalArgumentException if a key is not of this curve
   */
  public static boolean belongTogether(ECPrivateKey privateKey, ECPublicKey publicKey) {
    if (!isCurveOf(privateKey) || !isCurveOf(publicKey)) {
      throw new IllegalArgumentException("a key is not on the curve P-384");
    }
    try {
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(privateKey);
      signature.update(PROOF);
      byte[] signed = signature.sign();
      signature.initVerify(publicKey);
      signature.update(PROOF);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      throw MissingAlgorithm.because(e);
    }
  }

  /** Whether the point, which is not the one at infinity, satisfies y² = x³ + ax + b. */
  public static boolean isOnCurve(ECPoint point) {
    if (point.equals(ECPoint.POINT_INFINITY)
        || !isFieldElement(point.getAffineX())
        || !isFieldElement(point.getAffineY())) {
      return false;
    }
    BigInteger y = point.getAffineY();
    return y.pow(2).subtract(rightSide(point.getAffineX())).mod(PRIME).signum() == 0;
  }

  /** Whether a key belongs to this curve. */
  public static boolean isCurveOf(ECKey key) {
    ECParameterSpec other = key.getParams();
    return other != null
        && other.getCurve().equals(CURVE.getCurve())
        && other.getGenerator().equals(CURVE.getGenerator())
        && other.getOrder().equals(CURVE.getOrder());
  }

  /**
   * What two holders of key pairs agree on: the x coordinate of private key times public key, 48
   * bytes, big-endian.
   *
   * @throws IllegalArgumentException if a key is not of this curve
   */
  public static SecretBytes sharedSecret(ECPrivateKey own, ECPublicKey peer) {
    if (!isCurveOf(own) || !isCurveOf(peer) || !isOnCurve(peer.getW())) {
      throw new IllegalArgumentException("key agreement takes two keys on the curve P-384");
    }
    try {
      KeyAgreement agreement = KeyAgreement.getInstance("ECDH");
      agreement.init(own);
      agreement.doPhase(peer, true);
      return SecretBytes.take(agreement.generateSecret());
    } catch (InvalidKeyException e) {
      throw new IllegalArgumentException("these keys agree on nothing", e);
    } catch (GeneralSecurityException e) {
      throw MissingAlgorithm.because(e);
    }
  }

  /** x³ + ax + b, below the prime. */
  private static BigInteger rightSide(BigInteger x) {
    return x.pow(2)
        .add(CURVE.getCurve().getA())
        .multiply(x)
        .add(CURVE.getCurve().getB())
        .mod(PRIME);
  }

  private static boolean isFieldElement(BigInteger value) {
    return value.signum() >= 0 && value.compareTo(PRIME) < 0;
  }

  private static KeyFactory factory() {
    try {
      return KeyFactory.getInstance("EC");
    } catch (GeneralSecurityException e) {
      throw MissingAlgorithm.because(e);
    }
  }

  private static ECParameterSpec curve() {
    try {
      AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
      parameters.init(new ECGenParameterSpec("secp384r1"));
      return parameters.getParameterSpec(ECParameterSpec.class);
    } catch (GeneralSecurityException e) {
      throw MissingAlgorithm.because(e);
    }
  }
}
