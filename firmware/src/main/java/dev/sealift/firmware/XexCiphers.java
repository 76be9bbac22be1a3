package dev.sealift.firmware;

import dev.sealift.crypto.AesKey;
import java.security.GeneralSecurityException;
import java.util.concurrent.atomic.AtomicReference;
import javax.crypto.Cipher;

/**
 * AES in both directions under one key: one thread uses it, access by access, until whoever takes
 * the key away wipes it between two of them.
 */
final class XexCiphers {
  private enum Use {
    IDLE,
    BUSY,
    WIPED
  }

  private final XexKey key;
  private final Cipher encipher;
  private final Cipher decipher;
  private final AtomicReference<Use> use = new AtomicReference<>(Use.IDLE);

  XexCiphers(XexKey key, AesKey aes) {
    this.key = key;
    this.encipher = cipher(Cipher.ENCRYPT_MODE, aes);
    this.decipher = cipher(Cipher.DECRYPT_MODE, aes);
  }

  private static Cipher cipher(int mode, AesKey key) {
    try {
      // Each block is tweaked by its address before and after: ECB here is the E of XEX.
      Cipher cipher = Cipher.getInstance("AES/ECB/NoPadding");
      cipher.init(mode, key);
      return cipher;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has AES", e);
    }
  }

  /** Whether they are under this key. */
  boolean areOf(XexKey other) {
    return key == other;
  }

  /** Begins an access; false once the key is gone. */
  boolean enter() {
    return use.compareAndSet(Use.IDLE, Use.BUSY);
  }

  /** Ends the access. */
  void leave() {
    use.set(Use.IDLE);
  }

  /** Turns text into what lies in DRAM. */
  Cipher encipher() {
    return encipher;
  }

  /** Turns what lies in DRAM into text. */
  Cipher decipher() {
    return decipher;
  }

  /** Waits for the access that may be under way, and wipes the key. */
  void wipe() {
    while (!use.compareAndSet(Use.IDLE, Use.WIPED)) {
      Thread.onSpinWait();
    }
    // A cipher keeps a schedule of its last key; under another key it lets go of it.
    AesKey other = new AesKey(new byte[16]);
    try {
      encipher.init(Cipher.ENCRYPT_MODE, other);
      decipher.init(Cipher.DECRYPT_MODE, other);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has AES", e);
    }
  }
}
