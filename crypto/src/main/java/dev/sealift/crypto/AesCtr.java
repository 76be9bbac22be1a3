package dev.sealift.crypto;

import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;

/**
 * AES-128 in counter mode under one key, for many messages. The 16-byte IV is the first counter
 * block, incremented as a 128-bit big-endian integer. Encryption and decryption are the same
 * operation.
 *
 * <p>Confined to one thread. Holds the key until it is closed. Source: NIST SP 800-38A.
 */
final class AesCtr implements AutoCloseable {

  /** Bytes of a key, a block and an IV. */
  static final int BLOCK = 16;

  private final Cipher cipher;
  private final AesKey key;

  AesCtr(byte[] key) {
    if (key.length != BLOCK) {
      throw new IllegalArgumentException("an AES-128 key has 16 bytes, not " + key.length);
    }
    try {
      cipher = Cipher.getInstance("AES/CTR/NoPadding");
    } catch (GeneralSecurityException e) {
      throw MissingAlgorithm.because(e);
    }
    this.key = new AesKey(key);
  }

  /** One message under a key that is used for nothing else. */
  static byte[] once(byte[] key, byte[] iv, byte[] in) {
    byte[] out = new byte[in.length];
    try (AesCtr ctr = new AesCtr(key)) {
      ctr.apply(iv, 0, in, out, in.length);
    }
    return out;
  }

  /** Turns {@code in} into {@code out}, two different arrays, from the IV at {@code ivOffset}. */
  void apply(byte[] iv, int ivOffset, byte[] in, byte[] out, int length) {
    begin(iv, ivOffset);
    try {
      cipher.doFinal(in, 0, length, out, 0);
    } catch (GeneralSecurityException e) {
      throw MissingAlgorithm.because(e);
    }
  }

  /** Starts a run of the counter; {@link #go} takes up data where the last one ended. */
  void begin(byte[] iv, int ivOffset) {
    try {
      cipher.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(iv, ivOffset, BLOCK));
    } catch (GeneralSecurityException e) {
      throw MissingAlgorithm.because(e);
    }
  }

  /** Turns whole blocks of {@code in} into {@code out}, two different arrays. */
  void go(byte[] in, int inOffset, byte[] out, int outOffset, int length) {
    try {
      cipher.update(in, inOffset, length, out, outOffset);
    } catch (GeneralSecurityException e) {
      throw MissingAlgorithm.because(e);
    }
  }

  /** Wipes the key. */
  @Override
  public void close() {
    key.destroy();
    try {
      // The cipher keeps a schedule of its last key; under another key it lets go of it.
      cipher.init(
          Cipher.ENCRYPT_MODE, new AesKey(new byte[BLOCK]), new IvParameterSpec(new byte[BLOCK]));
    } catch (GeneralSecurityException e) {
      throw MissingAlgorithm.because(e);
    }
  }
}
