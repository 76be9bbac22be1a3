package dev.sealift.cli.trace;

import dev.sealift.abi.layout.Field;
import java.lang.foreign.MemorySegment;

/** The fields of a struct in a byte array, whatever their size. */
final class StructFields {

  private StructFields() {}

  /** A number, as unsigned as 64 bits let it be. */
  static long number(Field field, byte[] struct) {
    MemorySegment segment = MemorySegment.ofArray(struct);
    return switch (field) {
      case Field.U8 u8 -> u8.get(segment);
      case Field.U16 u16 -> u16.get(segment);
      case Field.U32 u32 -> u32.getUnsigned(segment);
      case Field.U64 u64 -> u64.get(segment);
      case Field.Bytes bytes -> throw new IllegalArgumentException(bytes.name() + " is no number");
    };
  }

  /** Sets a number, of which as many bits count as the field has. */
  static void setNumber(Field field, byte[] struct, long value) {
    MemorySegment segment = MemorySegment.ofArray(struct);
    switch (field) {
      case Field.U8 u8 -> u8.set(segment, (int) value);
      case Field.U16 u16 -> u16.set(segment, (int) value);
      case Field.U32 u32 -> u32.setUnsigned(segment, value);
      case Field.U64 u64 -> u64.set(segment, value);
      case Field.Bytes bytes -> throw new IllegalArgumentException(bytes.name() + " is no number");
    }
  }

  /** The bytes of a field. */
  static byte[] bytes(Field field, byte[] struct) {
    byte[] bytes = new byte[field.size()];
    System.arraycopy(struct, field.offset(), bytes, 0, bytes.length);
    return bytes;
  }

  /** Sets the bytes of a field. */
  static void setBytes(Field field, byte[] struct, byte[] value) {
    System.arraycopy(value, 0, struct, field.offset(), field.size());
  }
}
