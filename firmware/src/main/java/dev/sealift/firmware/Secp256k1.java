package dev.sealift.firmware;

import java.math.BigInteger;

/**
 * Points on secp256k1, for the one thing that SEV uses this curve for: a chip's public identity.
 * Not in constant time; the scalar behind an identity protects nothing.
 *
 * <p>Source: SEC 2, section 2.4.1.
 */
final class Secp256k1 {

  /** Bytes of a point: X and Y, big-endian. */
  static final int POINT_SIZE = 64;

  /** Number of points; a scalar lies from 1 to one below. */
  static final BigInteger ORDER =
      new BigInteger("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141", 16);

  private static final BigInteger PRIME =
      BigInteger.TWO.pow(256).subtract(BigInteger.TWO.pow(32)).subtract(BigInteger.valueOf(977));
  private static final BigInteger THREE = BigInteger.valueOf(3);
  private static final Point GENERATOR =
      new Point(
          new BigInteger("79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798", 16),
          new BigInteger("483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8", 16));

  private Secp256k1() {}

  private record Point(BigInteger x, BigInteger y) {}

  /**
   * X and Y of the generator times a scalar from 1 to {@link #ORDER} - 1: 64 bytes, each half
   * big-endian.
   */
  static byte[] publicPoint(BigInteger scalar) {
    if (scalar.signum() <= 0 || scalar.compareTo(ORDER) >= 0) {
      throw new IllegalArgumentException("a scalar lies between 0 and the order of the curve");
    }
    Point sum = GENERATOR;
    for (int bit = scalar.bitLength() - 2; bit >= 0; bit--) {
      sum = twice(sum);
      if (scalar.testBit(bit)) {
        // The running multiple is below the order and above 1, so it is neither G nor -G: a proper
        // chord.
        sum = plus(sum, GENERATOR);
      }
    }
    byte[] bytes = new byte[POINT_SIZE];
    put(sum.x, bytes, 0);
    put(sum.y, bytes, POINT_SIZE / 2);
    return bytes;
  }

  private static Point twice(Point p) {
    BigInteger slope = p.x.pow(2).multiply(THREE).multiply(p.y.shiftLeft(1).modInverse(PRIME));
    return third(slope, p, p);
  }

  private static Point plus(Point p, Point q) {
    BigInteger slope = q.y.subtract(p.y).multiply(q.x.subtract(p.x).modInverse(PRIME));
    return third(slope, p, q);
  }

  private static Point third(BigInteger slope, Point p, Point q) {
    BigInteger x = slope.pow(2).subtract(p.x).subtract(q.x).mod(PRIME);
    return new Point(x, slope.multiply(p.x.subtract(x)).subtract(p.y).mod(PRIME));
  }

  private static void put(BigInteger coordinate, byte[] into, int offset) {
    for (int i = 0; i < POINT_SIZE / 2; i++) {
      into[offset + i] = coordinate.shiftRight((POINT_SIZE / 2 - 1 - i) * Byte.SIZE).byteValue();
    }
  }
}
