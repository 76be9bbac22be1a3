package dev.sealift.abi.layout;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * A field of a C struct: unsigned, little-endian, at a fixed offset from the struct's first byte.
 */
public sealed interface Field {

  /** The field's C name. */
  String name();

  /** Bytes from the start of the struct. */
  int offset();

  /** Size in bytes. */
  int size();

  /** One byte. */
  record U8(String name, int offset) implements Field {
    @Override
    public int size() {
      return 1;
    }

    public int get(MemorySegment struct) {
      return Byte.toUnsignedInt(struct.get(ValueLayout.JAVA_BYTE, offset));
    }

    public void set(MemorySegment struct, int value) {
      struct.set(ValueLayout.JAVA_BYTE, offset, (byte) value);
    }
  }

  /** Two bytes. */
  record U16(String name, int offset) implements Field {
    private static final ValueLayout.OfShort LAYOUT =
        ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    @Override
    public int size() {
      return 2;
    }

    public int get(MemorySegment struct) {
      return Short.toUnsignedInt(struct.get(LAYOUT, offset));
    }

    public void set(MemorySegment struct, int value) {
      struct.set(LAYOUT, offset, (short) value);
    }
  }

  /** Four bytes. Identifiers and flag words are read as int, lengths and counts widened to long. */
  record U32(String name, int offset) implements Field {
    private static final ValueLayout.OfInt LAYOUT =
        ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    @Override
    public int size() {
      return 4;
    }

    public int get(MemorySegment struct) {
      return struct.get(LAYOUT, offset);
    }

    /** The value as 0 to 2^32-1. */
    public long getUnsigned(MemorySegment struct) {
      return Integer.toUnsignedLong(struct.get(LAYOUT, offset));
    }

    public void set(MemorySegment struct, int value) {
      struct.set(LAYOUT, offset, value);
    }

    /** Writes the low 32 bits of a value that was widened. */
    public void setUnsigned(MemorySegment struct, long value) {
      struct.set(LAYOUT, offset, (int) value);
    }
  }

  /** Eight bytes. */
  record U64(String name, int offset) implements Field {
    private static final ValueLayout.OfLong LAYOUT =
        ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    @Override
    public int size() {
      return 8;
    }

    public long get(MemorySegment struct) {
      return struct.get(LAYOUT, offset);
    }

    public void set(MemorySegment struct, long value) {
      struct.set(LAYOUT, offset, value);
    }
  }

  /** A run of bytes. */
  record Bytes(String name, int offset, int size) implements Field {
    public byte[] get(MemorySegment struct) {
      return slice(struct).toArray(ValueLayout.JAVA_BYTE);
    }

    public void set(MemorySegment struct, byte[] value) {
      if (value.length != size) {
        throw new IllegalArgumentException(name + " takes " + size + " bytes, not " + value.length);
      }
      MemorySegment.copy(value, 0, struct, ValueLayout.JAVA_BYTE, offset, size);
    }

    public MemorySegment slice(MemorySegment struct) {
      return struct.asSlice(offset, size);
    }
  }
}
