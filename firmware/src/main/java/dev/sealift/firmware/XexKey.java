package dev.sealift.firmware;

import javax.crypto.spec.SecretKeySpec;

/**
 * The AES key of one ASID for as long as it stays: a new key is a new object, by which a thread
 * knows that its ciphers are old.
 */
final class XexKey {
  private final SecretKeySpec aes;

  XexKey(byte[] key) {
    aes = new SecretKeySpec(key, "AES");
  }

  SecretKeySpec aes() {
    return aes;
  }
}
