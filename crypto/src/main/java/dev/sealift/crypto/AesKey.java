package dev.sealift.crypto;

import java.util.Arrays;
import javax.crypto.SecretKey;

/** An AES key that, unlike the platform's own, can be wiped. */
public final class AesKey implements SecretKey {
  private static final long serialVersionUID = 1;

  /** Never serialized: a key leaves this type only through {@link #getEncoded}. */
  private final transient byte[] key;

  private boolean destroyed;

  /**
   * Takes a copy of a key.
   *
   * @param key 16, 24 or 32 bytes, which the caller must wipe
   */
  public AesKey(byte[] key) {
    this.key = key.clone();
  }

  @Override
  public String getAlgorithm() {
    return "AES";
  }

  @Override
  public String getFormat() {
    return "RAW";
  }

  /** A copy, which the cipher that asked for it wipes. */
  @Override
  public byte[] getEncoded() {
    if (destroyed) {
      throw new IllegalStateException("this key has been wiped");
    }
    return key.clone();
  }

  @Override
  public void destroy() {
    Arrays.fill(key, (byte) 0);
    destroyed = true;
  }

  @Override
  public boolean isDestroyed() {
    return destroyed;
  }
}
