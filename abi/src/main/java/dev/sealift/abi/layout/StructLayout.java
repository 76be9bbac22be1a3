package dev.sealift.abi.layout;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the fields of a C struct lie on x86-64: little-endian, in order of declaration, and either
 * naturally aligned (as the kernel's KVM structs) or packed (as the Secure Processor's command
 * buffers).
 *
 * <p>Field names are the C names, so that a layout can be compared with a system header field by
 * field.
 *
 * @param name the struct's C name, without the word struct
 * @param size size in bytes, trailing padding included
 * @param fields every field, padding excluded, in order of offset
 */
public record StructLayout(String name, int size, List<Field> fields) {

  public StructLayout {
    fields = List.copyOf(fields);
  }

  /** A struct whose fields stand at multiples of their own size, as a C compiler places them. */
  public static Builder natural(String name) {
    return new Builder(name, false);
  }

  /** A struct without any padding but what is spelled out. */
  public static Builder packed(String name) {
    return new Builder(name, true);
  }

  /** A field by its C name. */
  public Field field(String cName) {
    return fields.stream()
        .filter(field -> field.name().equals(cName))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(name + " has no field " + cName));
  }

  /** Places fields one behind the other. */
  public static final class Builder {
    private final String name;
    private final boolean packed;
    private final List<Field> fields = new ArrayList<>();
    private int offset;
    private int alignment = 1;

    private Builder(String name, boolean packed) {
      this.name = name;
      this.packed = packed;
    }

    public Field.U8 u8(String field) {
      return add(new Field.U8(field, place(1, 1)));
    }

    public Field.U16 u16(String field) {
      return add(new Field.U16(field, place(2, 2)));
    }

    public Field.U32 u32(String field) {
      return add(new Field.U32(field, place(4, 4)));
    }

    public Field.U64 u64(String field) {
      return add(new Field.U64(field, place(8, 8)));
    }

    public Field.Bytes bytes(String field, int length) {
      return add(new Field.Bytes(field, place(length, 1), length));
    }

    /** Bytes that mean nothing and are written as zero. */
    public Builder reserved(int length) {
      place(length, 1);
      return this;
    }

    /**
     * Ends the struct; its size must come out as {@code size}, so that a slip in a declaration
     * fails when it is loaded.
     */
    public StructLayout size(int size) {
      int end = packed ? offset : roundUp(offset, alignment);
      if (end != size) {
        throw new IllegalStateException(name + " comes out at " + end + " bytes, not " + size);
      }
      return new StructLayout(name, size, fields);
    }

    private int place(int length, int natural) {
      int at = packed ? offset : roundUp(offset, natural);
      alignment = Math.max(alignment, natural);
      offset = at + length;
      return at;
    }

    private <F extends Field> F add(F field) {
      fields.add(field);
      return field;
    }

    private static int roundUp(int value, int multiple) {
      return (value + multiple - 1) / multiple * multiple;
    }
  }

  /** Refuses a segment too short for this struct; returns it otherwise. */
  public MemorySegment check(MemorySegment segment) {
    if (segment.byteSize() < size) {
      throw new IndexOutOfBoundsException(
          name + " takes " + size + " bytes, the segment has " + segment.byteSize());
    }
    return segment;
  }
}
