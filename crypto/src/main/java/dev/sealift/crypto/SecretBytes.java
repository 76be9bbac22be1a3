package dev.sealift.crypto;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.function.Function;

/**
 * Bytes that nobody sees by accident: opened on purpose, silent in {@link #toString}, overwritten
 * with zeros on {@link #close}. Safe for use by many threads; a secret that has been closed answers
 * with IllegalStateException and never with zeros.
 */
public final class SecretBytes implements AutoCloseable {
  private final byte[] bytes;
  private boolean closed;

  private SecretBytes(byte[] bytes) {
    this.bytes = bytes;
  }

  /** A secret of its own; the caller still has to wipe the array it copied from. */
  public static SecretBytes copyOf(byte[] bytes) {
    return new SecretBytes(bytes.clone());
  }

  /** Takes the array over: it is wiped with the secret, and the caller lets go of it. */
  public static SecretBytes take(byte[] bytes) {
    return new SecretBytes(bytes);
  }

  /** {@code length} fresh random bytes. */
  public static SecretBytes random(SecureRandom random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return new SecretBytes(bytes);
  }

  /** Bytes. */
  public int length() {
    return bytes.length;
  }

  /**
   * Lends the bytes to {@code use}, which neither keeps nor changes them.
   *
   * @throws IllegalStateException after {@link #close}
   */
  public synchronized <R> R open(Function<byte[], R> use) {
    checkOpen();
    return use.apply(bytes);
  }

  /**
   * A copy that the caller must wipe.
   *
   * @throws IllegalStateException after {@link #close}
   */
  public synchronized byte[] reveal() {
    checkOpen();
    return bytes.clone();
  }

  /**
   * Whether both hold the same bytes, in a time that tells nothing about them.
   *
   * @throws IllegalStateException if either is closed
   */
  public boolean sameAs(SecretBytes other) {
    // A copy, so that two threads that compare a with b and b with a never wait for each other.
    byte[] theirs = other.reveal();
    try {
      return open(ours -> MessageDigest.isEqual(ours, theirs));
    } finally {
      Arrays.fill(theirs, (byte) 0);
    }
  }

  /** Overwrites the bytes with zeros. */
  @Override
  public synchronized void close() {
    Arrays.fill(bytes, (byte) 0);
    closed = true;
  }

  /** Says how many bytes there are and nothing about them. */
  @Override
  public String toString() {
    return "SecretBytes[" + bytes.length + " bytes]";
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("this secret has been wiped");
    }
  }
}
