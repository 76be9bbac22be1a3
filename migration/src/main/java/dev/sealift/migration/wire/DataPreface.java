package dev.sealift.migration.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The first bytes of a data connection: which move and which of its connections this is, and the
 * proof that whoever opened it holds the move's batch key.
 *
 * <pre>
 *  0            8                        24              28                        44
 * +------------+------------------------+---------------+-------------------------+
 * | "SLFTDAT1" | move id                | index u32     | seal number 0 of nothing|
 * +------------+------------------------+---------------+-------------------------+
 * </pre>
 *
 * @param move the move
 * @param connection the connection's index, from 0
 * @param tag the seal over the magic, the move and the index
 */
// Read once, compared once: nobody keeps it.
@SuppressWarnings("ArrayRecordComponent")
record DataPreface(MoveId move, int connection, byte[] tag) {

  static final int SIZE = 44;

  /** The first byte: no TLS record begins with it (RFC 8446, section 5.1: 20 to 23). */
  static final byte FIRST_BYTE = 'S';

  private static final byte[] MAGIC = "SLFTDAT1".getBytes(StandardCharsets.US_ASCII);

  /** The preface of a connection. */
  static DataPreface of(BatchSeal seal) {
    return new DataPreface(seal.move(), seal.connection(), seal.seal(0, MAGIC, new byte[0]));
  }

  /**
   * Reads it from 44 bytes.
   *
   * @throws MigrationException if they are none
   */
  static DataPreface parse(byte[] bytes) throws MigrationException {
    if (bytes.length != SIZE || !Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
      throw MigrationException.malformed("a data connection begins with SLFTDAT1 and 36 bytes");
    }
    ByteBuffer in = ByteBuffer.wrap(bytes).position(MAGIC.length);
    var move = new MoveId(in.getLong(), in.getLong());
    int connection = in.getInt();
    byte[] tag = new byte[BatchSeal.TAG_SIZE];
    in.get(tag);
    return new DataPreface(move, connection, tag);
  }

  /** Refuses a preface that was made without the move's key. */
  void check(BatchSeal seal) throws MigrationException {
    seal.open(0, MAGIC, tag);
  }

  byte[] bytes() {
    return new BodyWriter(SIZE).raw(MAGIC).raw(move.bytes()).u32(connection).raw(tag).toByteArray();
  }
}
