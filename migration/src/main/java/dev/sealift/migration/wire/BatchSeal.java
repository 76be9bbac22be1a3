package dev.sealift.migration.wire;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * Seals and opens the batches of one data connection, AES-256-GCM.
 *
 * <pre>
 * key    from the control connection's TLS session (RFC 8446, section 7.5), one for each move
 * nonce  connection index u32 | batch number u64           12 bytes, big-endian; 0 is the preface
 * AAD    what goes ahead in the clear | move id 16 | connection index u32
 * </pre>
 *
 * <p>Numbers go up by one without a gap, so no nonce is used twice, and the receiver, which knows
 * the number that is due, opens nothing that was replayed, reordered, dropped or moved to another
 * connection. Not thread-safe: one for each connection and direction.
 */
final class BatchSeal {

  /** Bytes that a seal adds. */
  static final int TAG_SIZE = 16;

  private static final int NONCE_SIZE = 12;

  private final SecretKey key;
  private final MoveId move;
  private final int connection;
  private final Cipher cipher;

  BatchSeal(SecretKey key, MoveId move, int connection) {
    this.key = key;
    this.move = move;
    this.connection = connection;
    try {
      cipher = Cipher.getInstance("AES/GCM/NoPadding");
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("every Java has AES-GCM", impossible);
    }
  }

  MoveId move() {
    return move;
  }

  int connection() {
    return connection;
  }

  /**
   * Seals bytes.
   *
   * @param number the batch's number
   * @param clear what goes ahead of them in the clear, authenticated with them
   * @return the ciphertext and its tag, {@link #TAG_SIZE} bytes longer
   */
  byte[] seal(long number, byte[] clear, byte[] plain) {
    byte[] sealed = new byte[plain.length + TAG_SIZE];
    seal(number, clear, plain, plain.length, sealed);
    return sealed;
  }

  /**
   * Seals bytes into an array that is at hand.
   *
   * @param length how many of {@code plain}
   * @param into where {@code length} + {@link #TAG_SIZE} bytes go
   */
  void seal(long number, byte[] clear, byte[] plain, int length, byte[] into) {
    try {
      start(Cipher.ENCRYPT_MODE, number, clear);
      cipher.doFinal(plain, 0, length, into, 0);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("a batch could not be sealed", impossible);
    }
  }

  /**
   * Opens what {@link #seal} made.
   *
   * @throws MigrationException PACKET_REFUSED with BAD_MEASUREMENT if the seal does not hold
   */
  byte[] open(long number, byte[] clear, byte[] sealed) throws MigrationException {
    byte[] plain = new byte[sealed.length - TAG_SIZE];
    open(number, clear, sealed, sealed.length, plain);
    return plain;
  }

  /**
   * Opens what {@link #seal} made into an array that is at hand.
   *
   * @param length how many bytes of {@code sealed}
   * @param into where {@code length} - {@link #TAG_SIZE} bytes go; not to be looked at if the seal
   *     does not hold
   * @throws MigrationException PACKET_REFUSED with BAD_MEASUREMENT if the seal does not hold
   */
  void open(long number, byte[] clear, byte[] sealed, int length, byte[] into)
      throws MigrationException {
    try {
      start(Cipher.DECRYPT_MODE, number, clear);
      cipher.doFinal(sealed, 0, length, into, 0);
    } catch (AEADBadTagException broken) {
      throw MigrationException.sealBroken(
          "the seal of batch %d on data connection %d does not hold: it was changed, replayed, reordered or dropped on its way"
              .formatted(number, connection));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("a batch could not be opened", impossible);
    }
  }

  private void start(int mode, long number, byte[] clear) throws GeneralSecurityException {
    byte[] nonce = ByteBuffer.allocate(NONCE_SIZE).putInt(connection).putLong(number).array();
    cipher.init(mode, key, new GCMParameterSpec(8 * TAG_SIZE, nonce));
    cipher.updateAAD(clear);
    cipher.updateAAD(move.bytes());
    cipher.updateAAD(ByteBuffer.allocate(Integer.BYTES).putInt(connection).array());
  }
}
