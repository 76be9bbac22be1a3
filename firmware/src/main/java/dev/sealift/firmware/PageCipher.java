package dev.sealift.firmware;

import dev.sealift.crypto.SecretBytes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The cipher of pages that are swapped out: AES-256-GCM; the nonce is a counter, eight bytes
 * little-endian, and four zeros.
 *
 * <p>Source: AMD publication 55766, SWAP_OUT.
 */
final class PageCipher {

  /** Bytes of a tag. */
  static final int TAG_SIZE = 16;

  private static final int NONCE_SIZE = 12;

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
    try {
      byte[] sealed = cipher(Cipher.ENCRYPT_MODE, key, counter, metadata).doFinal(page);
      return new Sealed(
          Arrays.copyOf(sealed, page.length),
          Arrays.copyOfRange(sealed, page.length, sealed.length));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java platform has no AES-GCM", e);
    }
  }

  /** Opens a page; empty where the tag does not hold. */
  static Optional<byte[]> open(
      SecretBytes key, long counter, byte[] metadata, byte[] ciphertext, byte[] tag) {
    try {
      Cipher cipher = cipher(Cipher.DECRYPT_MODE, key, counter, metadata);
      cipher.update(ciphertext);
      return Optional.of(cipher.doFinal(tag));
    } catch (AEADBadTagException e) {
      return Optional.empty();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java platform has no AES-GCM", e);
    }
  }

  private static Cipher cipher(int mode, SecretBytes key, long counter, byte[] metadata)
      throws GeneralSecurityException {
    byte[] nonce =
        ByteBuffer.allocate(NONCE_SIZE).order(ByteOrder.LITTLE_ENDIAN).putLong(counter).array();
    byte[] bytes = key.reveal();
    try {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(
          mode, new SecretKeySpec(bytes, "AES"), new GCMParameterSpec(TAG_SIZE * Byte.SIZE, nonce));
      cipher.updateAAD(metadata);
      return cipher;
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }
}
