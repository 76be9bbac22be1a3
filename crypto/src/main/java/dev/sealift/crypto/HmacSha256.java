package dev.sealift.crypto;

import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * HMAC-SHA-256 under one key, for many messages: one digest takes the key's padded blocks anew for
 * each message, which makes no garbage and is faster than javax.crypto.Mac on short messages.
 *
 * <p>Confined to one thread. Holds the key until it is closed. Source: RFC 2104.
 */
public final class HmacSha256 implements AutoCloseable {

  /** Bytes of a MAC. */
  public static final int SIZE = 32;

  private static final int BLOCK = 64;

  private final MessageDigest sha;
  private final byte[] inner = new byte[BLOCK];
  private final byte[] outer = new byte[BLOCK];
  private final byte[] innerDigest = new byte[SIZE];
  private boolean closed;

  /** Takes a copy of a key of any length. */
  public HmacSha256(byte[] key) {
    sha = sha256();
    byte[] shortKey = key.length > BLOCK ? sha.digest(key) : key.clone();
    System.arraycopy(shortKey, 0, inner, 0, shortKey.length);
    System.arraycopy(shortKey, 0, outer, 0, shortKey.length);
    Arrays.fill(shortKey, (byte) 0);
    for (int i = 0; i < BLOCK; i++) {
      inner[i] ^= 0x36;
      outer[i] ^= 0x5c;
    }
  }

  /** The MAC of one message, given in parts. */
  public static byte[] of(byte[] key, byte[]... parts) {
    try (HmacSha256 hmac = new HmacSha256(key)) {
      hmac.begin();
      for (byte[] part : parts) {
        hmac.update(part);
      }
      return hmac.finish();
    }
  }

  /**
   * Starts a message; one that was not finished is forgotten.
   *
   * @throws IllegalStateException after {@link #close}
   */
  public void begin() {
    if (closed) {
      throw new IllegalStateException("this key has been wiped");
    }
    sha.reset();
    sha.update(inner);
  }

  /** Adds bytes to the message. */
  public void update(byte[] bytes) {
    sha.update(bytes);
  }

  /** Adds bytes to the message. */
  public void update(byte[] bytes, int offset, int length) {
    sha.update(bytes, offset, length);
  }

  /** Ends the message and writes its MAC, 32 bytes, at {@code offset}. */
  public void finish(byte[] out, int offset) {
    try {
      sha.digest(innerDigest, 0, SIZE);
      sha.update(outer);
      sha.update(innerDigest);
      sha.digest(out, offset, SIZE);
    } catch (DigestException e) {
      throw new IndexOutOfBoundsException("a MAC takes 32 bytes at " + offset);
    }
  }

  /** Ends the message and returns its MAC, 32 bytes. */
  public byte[] finish() {
    byte[] mac = new byte[SIZE];
    finish(mac, 0);
    return mac;
  }

  /** Wipes the key. */
  @Override
  public void close() {
    sha.reset();
    Arrays.fill(inner, (byte) 0);
    Arrays.fill(outer, (byte) 0);
    Arrays.fill(innerDigest, (byte) 0);
    closed = true;
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw MissingAlgorithm.because(e);
    }
  }
}
