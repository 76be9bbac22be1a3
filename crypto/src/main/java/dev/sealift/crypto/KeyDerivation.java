package dev.sealift.crypto;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The key derivation function of SEV: NIST SP 800-108 in counter mode over HMAC-SHA-256.
 *
 * <p>Block i = 1, 2, … is HMAC(key, i ‖ label ‖ 00 ‖ context ‖ L), where i and L, the wanted length
 * in bits, are 32-bit and little-endian; the blocks are joined and cut to length. Source: NIST SP
 * 800-108; AMD publication 55766, key derivation.
 */
public final class KeyDerivation {
  private static final int MAX_BYTES = 0x1000;

  private KeyDerivation() {}

  /**
   * Derives a key, which the caller must wipe.
   *
   * @param key the key to derive from; unchanged
   * @param label what the new key is for, ASCII, without a final NUL
   * @param context what else the new key depends on; may be empty
   * @param bytes length of the new key, 1 to 4096
   */
  public static byte[] derive(byte[] key, String label, byte[] context, int bytes) {
    if (bytes < 1 || bytes > MAX_BYTES) {
      throw new IllegalArgumentException("a derived key has 1 to 4096 bytes, not " + bytes);
    }
    byte[] name = label.getBytes(StandardCharsets.US_ASCII);
    ByteBuffer message =
        ByteBuffer.allocate(Integer.BYTES + name.length + 1 + context.length + Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(0)
            .put(name)
            .put((byte) 0)
            .put(context)
            .putInt(bytes * Byte.SIZE);
    byte[] derived = new byte[bytes];
    byte[] block = new byte[HmacSha256.SIZE];
    try (HmacSha256 hmac = new HmacSha256(key)) {
      for (int done = 0, counter = 1; done < bytes; done += HmacSha256.SIZE, counter++) {
        message.putInt(0, counter);
        hmac.begin();
        hmac.update(message.array());
        hmac.finish(block, 0);
        System.arraycopy(block, 0, derived, done, Math.min(HmacSha256.SIZE, bytes - done));
      }
      return derived;
    } finally {
      Arrays.fill(block, (byte) 0);
    }
  }
}
