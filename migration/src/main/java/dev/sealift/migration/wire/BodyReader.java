package dev.sealift.migration.wire;

import java.nio.ByteBuffer;

/** Reads the fields of a message one behind the other, big-endian, and never beyond its end. */
final class BodyReader {
  private final String message;
  private final ByteBuffer body;

  /**
   * @param message the message's name, for the sentences
   */
  BodyReader(String message, byte[] body) {
    this.message = message;
    this.body = ByteBuffer.wrap(body);
  }

  int u8() throws MigrationException {
    need(1);
    return Byte.toUnsignedInt(body.get());
  }

  int u16() throws MigrationException {
    need(Short.BYTES);
    return Short.toUnsignedInt(body.getShort());
  }

  /** A word whose bits are all used. */
  int word() throws MigrationException {
    need(Integer.BYTES);
    return body.getInt();
  }

  /** A u32 that this protocol bounds. */
  int count(String field, int least, int most) throws MigrationException {
    long value = Integer.toUnsignedLong(word());
    if (value < least || value > most) {
      throw MigrationException.malformed(
          "%s: %s is %d, but %d to %d is allowed".formatted(message, field, value, least, most));
    }
    return (int) value;
  }

  /** A u64 that must fit a signed one. */
  long u64(String field) throws MigrationException {
    need(Long.BYTES);
    long value = body.getLong();
    if (value < 0) {
      throw MigrationException.malformed(
          "%s: %s is %s, beyond what any host holds"
              .formatted(message, field, Long.toUnsignedString(value)));
    }
    return value;
  }

  /** Eight bytes whose bits are all used. */
  long word64() throws MigrationException {
    need(Long.BYTES);
    return body.getLong();
  }

  byte[] raw(int size) throws MigrationException {
    need(size);
    byte[] value = new byte[size];
    body.get(value);
    return value;
  }

  /** Bytes behind their length, u32, bounded before they are allocated. */
  byte[] blob(String field, int least, int most) throws MigrationException {
    return raw(count("the length of " + field, least, most));
  }

  /** Nothing may follow the last field. */
  void end() throws MigrationException {
    if (body.hasRemaining()) {
      throw MigrationException.malformed(
          "%s: %d bytes follow its last field".formatted(message, body.remaining()));
    }
  }

  private void need(int size) throws MigrationException {
    if (body.remaining() < size) {
      throw MigrationException.malformed(
          "%s: it ends %d bytes too early".formatted(message, size - body.remaining()));
    }
  }
}
