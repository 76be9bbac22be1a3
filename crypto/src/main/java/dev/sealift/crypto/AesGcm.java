package dev.sealift.crypto;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;

/**
 * AES in Galois/counter mode for one message at a time, with a tag of 16 bytes behind the
 * ciphertext; nothing of the key stays behind in the cipher. Source: NIST SP 800-38D.
 */
public final class AesGcm {

  /** Bytes of a nonce. */
  public static final int NONCE_SIZE = 12;

  /** Bytes of a tag. */
  public static final int TAG_SIZE = 16;

  private AesGcm() {}

  /**
   * Seals a message.
   *
   * @param key 16 or 32 bytes
   * @param nonce 12 bytes, used once under the key
   * @param associated authenticated with the message
   * @return ciphertext and tag
   */
  public static byte[] seal(SecretBytes key, byte[] nonce, byte[] associated, byte[] plain) {
    try {
      return run(Cipher.ENCRYPT_MODE, key, nonce, associated, plain);
    } catch (GeneralSecurityException e) {
      throw MissingAlgorithm.because(e);
    }
  }

  /**
   * Opens a message; empty where the tag does not hold.
   *
   * @param sealed ciphertext and tag
   */
  public static Optional<byte[]> open(
      SecretBytes key, byte[] nonce, byte[] associated, byte[] sealed) {
    try {
      return Optional.of(run(Cipher.DECRYPT_MODE, key, nonce, associated, sealed));
    } catch (AEADBadTagException e) {
      return Optional.empty();
    } catch (GeneralSecurityException e) {
      throw MissingAlgorithm.because(e);
    }
  }

  private static byte[] run(
      int mode, SecretBytes key, byte[] nonce, byte[] associated, byte[] message)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    AesKey aes = key.open(AesKey::new);
    try {
      cipher.init(mode, aes, new GCMParameterSpec(TAG_SIZE * Byte.SIZE, nonce));
      cipher.updateAAD(associated);
      return cipher.doFinal(message);
    } finally {
      aes.destroy();
      forget(cipher, key.length());
    }
  }

  /** The cipher keeps a schedule of its last key; under another key it lets go of it. */
  private static void forget(Cipher cipher, int keySize) throws GeneralSecurityException {
    byte[] other = new byte[keySize];
    Arrays.fill(other, (byte) 0xFF);
    cipher.init(
        Cipher.ENCRYPT_MODE,
        new AesKey(other),
        new GCMParameterSpec(TAG_SIZE * Byte.SIZE, new byte[NONCE_SIZE]));
  }
}
