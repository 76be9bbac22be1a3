package dev.sealift.cli.explain;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import dev.sealift.cli.reference.StructPart;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The fields of a C struct in bytes, as its layout has them: none is left out. */
final class StructTable {
  private static final FieldWords WORDS = FieldWords.load();

  private StructTable() {}

  /**
   * The rows of a struct.
   *
   * @param bytes what holds it
   * @param at where in these it begins
   */
  static List<FieldRow> of(StructLayout struct, byte[] bytes, int at) {
    MemorySegment there = MemorySegment.ofArray(bytes).asSlice(at, struct.size());
    List<FieldRow> rows = new ArrayList<>();
    for (StructPart part : StructPart.of(struct, _ -> null)) {
      rows.add(
          part.field() == null
              ? reserved(at + part.offset(), part.size(), bytes)
              : row(struct, struct.field(part.field()), there, at));
    }
    return rows;
  }

  private static FieldRow row(StructLayout struct, Field field, MemorySegment there, int at) {
    String value =
        switch (field) {
          case Field.U8 u8 -> WORDS.value(struct, field, u8.get(there));
          case Field.U16 u16 -> WORDS.value(struct, field, u16.get(there));
          case Field.U32 u32 -> WORDS.value(struct, field, u32.getUnsigned(there));
          case Field.U64 u64 -> WORDS.value(struct, field, u64.get(there));
          case Field.Bytes run -> Printable.hex(run.get(there));
        };
    return new FieldRow(
        at + field.offset(), field.size(), field.name(), value, WORDS.meaning(struct, field));
  }

  /** Bytes that mean nothing. */
  static FieldRow reserved(int at, int size, byte[] bytes) {
    byte[] there = Arrays.copyOfRange(bytes, at, at + size);
    boolean zero = Arrays.equals(there, new byte[size]);
    return new FieldRow(
        at, size, "-", zero ? "zero" : Printable.hex(there), zero ? "" : "reserved, and not zero");
  }
}
