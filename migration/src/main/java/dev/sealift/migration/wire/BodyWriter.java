package dev.sealift.migration.wire;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/** Writes the fields of a message one behind the other, big-endian. */
final class BodyWriter {
  private final ByteArrayOutputStream bytes;

  BodyWriter(int expectedSize) {
    bytes = new ByteArrayOutputStream(expectedSize);
  }

  BodyWriter u8(int value) {
    bytes.write(value);
    return this;
  }

  BodyWriter u16(int value) {
    return u8(value >>> 8).u8(value);
  }

  BodyWriter u32(int value) {
    return u16(value >>> 16).u16(value);
  }

  BodyWriter u64(long value) {
    return u32((int) (value >>> 32)).u32((int) value);
  }

  /** Numbers without a count before them. */
  BodyWriter u64s(long[] values) {
    byte[] raw = new byte[values.length * Long.BYTES];
    ByteBuffer.wrap(raw).asLongBuffer().put(values);
    return raw(raw);
  }

  /** Bytes without a length before them. */
  BodyWriter raw(byte[] value) {
    bytes.writeBytes(value);
    return this;
  }

  /** Bytes behind their length, u32. */
  BodyWriter blob(byte[] value) {
    return u32(value.length).raw(value);
  }

  byte[] toByteArray() {
    return bytes.toByteArray();
  }
}
