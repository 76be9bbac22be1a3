package dev.sealift.crypto.cert;

import java.math.BigInteger;

/** Big numbers as certificates hold them: unsigned, little-endian, padded with zeros. */
final class LittleEndian {

  private LittleEndian() {}

  /** The number in the whole array. */
  static BigInteger read(byte[] littleEndian) {
    return new BigInteger(1, reversed(littleEndian));
  }

  /** The number in {@code size} bytes, which must be enough for it. */
  static byte[] write(BigInteger value, int size) {
    byte[] bigEndian = value.toByteArray();
    byte[] littleEndian = new byte[size];
    for (int i = 0; i < bigEndian.length; i++) {
      byte b = bigEndian[bigEndian.length - 1 - i];
      if (i < size) {
        littleEndian[i] = b;
      } else if (b != 0) {
        throw new IllegalArgumentException("the number does not fit into " + size + " bytes");
      }
    }
    return littleEndian;
  }

  static byte[] reversed(byte[] bytes) {
    byte[] reversed = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      reversed[i] = bytes[bytes.length - 1 - i];
    }
    return reversed;
  }
}
