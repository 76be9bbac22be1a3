package dev.sealift.crypto;

import java.security.SecureRandom;

/**
 * The secrets of one channel between two platforms, or between a guest's owner and a platform: the
 * transport encryption key (TEK) and the transport integrity key (TIK), 16 bytes each, and the IVs
 * that may be used under the TEK.
 *
 * <p>All engines of one side that seal under a TEK must come from one object of this type, because
 * it hands out the IVs. Should the other side seal under the same TEK, its IVs start at another
 * random 128-bit number, and the two sides' ranges meet as rarely as such a number is guessed.
 * Source: AMD publication 55766, transport keys.
 */
public final class TransportKeys implements AutoCloseable {

  /** Bytes of each key. */
  public static final int KEY_SIZE = 16;

  private final SecretBytes tek;
  private final SecretBytes tik;
  private final IvSequence ivs;

  TransportKeys(SecretBytes tek, SecretBytes tik, IvSequence ivs) {
    if (tek.length() != KEY_SIZE || tik.length() != KEY_SIZE) {
      throw new IllegalArgumentException("TEK and TIK have 16 bytes each");
    }
    this.tek = tek;
    this.tik = tik;
    this.ivs = ivs;
  }

  /** Fresh keys. */
  public static TransportKeys random(SecureRandom random) {
    return new TransportKeys(
        SecretBytes.random(random, KEY_SIZE),
        SecretBytes.random(random, KEY_SIZE),
        IvSequence.random(random));
  }

  /** Takes over two keys of 16 bytes; IVs start at a random place. */
  public static TransportKeys of(SecretBytes tek, SecretBytes tik) {
    return new TransportKeys(tek, tik, IvSequence.random(new SecureRandom()));
  }

  /** The all-zero keys of a guest that was launched without a session. */
  public static TransportKeys zero() {
    return of(SecretBytes.take(new byte[KEY_SIZE]), SecretBytes.take(new byte[KEY_SIZE]));
  }

  /** The transport encryption key. */
  public SecretBytes tek() {
    return tek;
  }

  /** The transport integrity key. */
  public SecretBytes tik() {
    return tik;
  }

  /** The IVs for packets under this TEK. */
  public IvSequence ivs() {
    return ivs;
  }

  /** Wipes both keys. */
  @Override
  public void close() {
    tek.close();
    tik.close();
  }
}
