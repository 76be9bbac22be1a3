package dev.sealift.firmware;

import dev.sealift.crypto.P384;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.interfaces.ECPublicKey;
import java.security.spec.InvalidKeySpecException;
import java.util.Arrays;

/**
 * A chip in a file: its keys, and the hashes of the two files that its maker wrote beside it. The
 * last hash tells damage, not forgery: whoever can write the file can write the hash.
 *
 * <pre>
 *   offset 0    "SEALIFT CHIP 1", 0, 0
 *          10   CEK, private scalar[48], big-endian
 *          40   CEK, public X[48] and Y[48], big-endian
 *          A0   id[64], as GET_ID writes it
 *          E0   SHA-256 of the CEK certificate
 *          100  SHA-256 of ASK and ARK
 *          120  SHA-256 of everything before
 *          140
 * </pre>
 *
 * @param keys what is burnt into the chip
 * @param cekHash of the CEK certificate with its maker's signature
 * @param amdHash of ASK and ARK, one behind the other
 */
@SuppressWarnings("ArrayRecordComponent") // handed over once, between two classes of this package
record ChipFile(ChipKeys keys, byte[] cekHash, byte[] amdHash) {
  private static final byte[] MAGIC = "SEALIFT CHIP 1\0\0".getBytes(StandardCharsets.US_ASCII);
  private static final int HASH = 32;
  private static final int HASHED =
      MAGIC.length + 3 * P384.COORDINATE_SIZE + Secp256k1.POINT_SIZE + 2 * HASH;

  /** Bytes of the file. */
  static final int SIZE = HASHED + HASH;

  /** The file; the caller wipes it. */
  byte[] encode() {
    ByteBuffer file = ByteBuffer.allocate(SIZE).put(MAGIC);
    byte[] scalar = coordinate(keys.cekPrivate().getS());
    file.put(scalar);
    Arrays.fill(scalar, (byte) 0);
    ECPublicKey cek = keys.cekPublic();
    file.put(coordinate(cek.getW().getAffineX())).put(coordinate(cek.getW().getAffineY()));
    file.put(keys.id()).put(cekHash).put(amdHash);
    byte[] hashed = Arrays.copyOf(file.array(), HASHED);
    file.put(hash(hashed));
    Arrays.fill(hashed, (byte) 0);
    return file.array();
  }

  /**
   * Reads the file.
   *
   * @param file {@link #SIZE} bytes
   * @throws PlatformStore.DamagedStoreException if a byte is not as it was written
   */
  static ChipFile decode(byte[] file) throws PlatformStore.DamagedStoreException {
    byte[] hashed = Arrays.copyOf(file, HASHED);
    try {
      boolean whole =
          Arrays.equals(file, 0, MAGIC.length, MAGIC, 0, MAGIC.length)
              && Arrays.equals(file, HASHED, SIZE, hash(hashed), 0, HASH);
      if (!whole) {
        throw new PlatformStore.DamagedStoreException("the chip's keys were changed");
      }
      ByteBuffer rest = ByteBuffer.wrap(hashed).position(MAGIC.length);
      BigInteger scalar = number(rest);
      ECPublicKey cek = P384.publicKey(number(rest), number(rest));
      byte[] id = take(rest, Secp256k1.POINT_SIZE);
      return new ChipFile(
          ChipKeys.of(P384.privateKey(scalar), cek, id), take(rest, HASH), take(rest, HASH));
    } catch (InvalidKeySpecException e) {
      throw new PlatformStore.DamagedStoreException("the chip's keys are none");
    } finally {
      Arrays.fill(hashed, (byte) 0);
    }
  }

  /** SHA-256. */
  static byte[] hash(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java platform has no SHA-256", e);
    }
  }

  /** A number below 2^384 in 48 bytes, big-endian; the caller wipes a secret one. */
  static byte[] coordinate(BigInteger number) {
    byte[] bytes = number.toByteArray();
    byte[] wide = new byte[P384.COORDINATE_SIZE];
    int length = Math.min(bytes.length, wide.length);
    System.arraycopy(bytes, bytes.length - length, wide, wide.length - length, length);
    Arrays.fill(bytes, (byte) 0);
    return wide;
  }

  private static BigInteger number(ByteBuffer from) {
    byte[] bytes = take(from, P384.COORDINATE_SIZE);
    BigInteger number = new BigInteger(1, bytes);
    Arrays.fill(bytes, (byte) 0);
    return number;
  }

  private static byte[] take(ByteBuffer from, int length) {
    byte[] bytes = new byte[length];
    from.get(bytes);
    return bytes;
  }
}
