package dev.sealift.firmware;

import dev.sealift.crypto.AesGcm;
import dev.sealift.crypto.SecretBytes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/**
 * The cipher of pages that are swapped out: AES-256-GCM; the nonce is a counter, eight bytes
 * little-endian, and four zeros.
 *
 * <p>Source: AMD publication 55766, SWAP_OUT.
 */
final class PageCipher {

  /** Bytes of a tag. */
  static final int TAG_SIZE = AesGcm.TAG_SIZE;

  private PageCipher() {}

  /** A page that is sealed. */
  @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
  record Sealed(byte[] ciphertext, byte[] tag) {}

  /**
   * Seals a page.
   *
   * @param key 32 bytes
   * @param counter used once under the key
   * @param metadata authenticated with the page
   */
  static Sealed seal(SecretBytes key, long counter, byte[] metadata, byte[] page) {
    byte[] sealed = AesGcm.seal(key, nonce(counter), metadata, page);
    return new Sealed(
        Arrays.copyOf(sealed, page.length), Arrays.copyOfRange(sealed, page.length, sealed.length));
  }

  /** Opens a page; empty where the tag does not hold. */
  static Optional<byte[]> open(
      SecretBytes key, long counter, byte[] metadata, byte[] ciphertext, byte[] tag) {
    byte[] sealed = Arrays.copyOf(ciphertext, ciphertext.length + tag.length);
    System.arraycopy(tag, 0, sealed, ciphertext.length, tag.length);
    return AesGcm.open(key, nonce(counter), metadata, sealed);
  }

  private static byte[] nonce(long counter) {
    return ByteBuffer.allocate(AesGcm.NONCE_SIZE)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(counter)
        .array();
  }
}
