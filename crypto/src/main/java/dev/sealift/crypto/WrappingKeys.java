package dev.sealift.crypto;

import java.util.Arrays;

/**
 * The keys that carry the transport keys: the key encryption key (KEK) and the key integrity key
 * (KIK), 16 bytes each, both derived from the master secret that two platforms agree on.
 *
 * <p>Source: AMD publication 55766, key derivation of the session.
 */
final class WrappingKeys implements AutoCloseable {
  private static final byte[] NO_CONTEXT = {};

  private final byte[] kek;
  private final byte[] kik;

  /**
   * Derives the keys.
   *
   * @param sharedSecret what the key agreement gave, big-endian
   * @param nonce the session's nonce
   */
  WrappingKeys(byte[] sharedSecret, byte[] nonce) {
    byte[] master =
        KeyDerivation.derive(sharedSecret, "sev-master-secret", nonce, TransportKeys.KEY_SIZE);
    try {
      kek = KeyDerivation.derive(master, "sev-kek", NO_CONTEXT, TransportKeys.KEY_SIZE);
      kik = KeyDerivation.derive(master, "sev-kik", NO_CONTEXT, TransportKeys.KEY_SIZE);
    } finally {
      Arrays.fill(master, (byte) 0);
    }
  }

  byte[] kek() {
    return kek;
  }

  byte[] kik() {
    return kik;
  }

  @Override
  public void close() {
    Arrays.fill(kek, (byte) 0);
    Arrays.fill(kik, (byte) 0);
  }
}
