package dev.sealift.firmware;

import dev.sealift.abi.layout.Field;
import dev.sealift.abi.layout.StructLayout;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * What a check or an effect is bound to: one command's row and the fields of its buffer.
 *
 * @param row the command
 * @param layout of its buffer; null where it has none
 */
record Shape(CommandRow row, @Nullable StructLayout layout) {

  /** A number in the buffer, by its field's name; unsigned up to 32 bits. */
  Value number(String field) {
    return switch (field(field)) {
      case Field.U8 u8 -> u8::get;
      case Field.U16 u16 -> u16::get;
      case Field.U32 u32 -> u32::getUnsigned;
      case Field.U64 u64 -> u64::get;
      case Field.Bytes bytes ->
          throw new IllegalArgumentException(bytes.name() + " is not a number");
    };
  }

  /** A field of four bytes. */
  Field.U32 word(String field) {
    return (Field.U32) field(field);
  }

  /** The command's own name for one of these fields: the first that its buffer has. */
  String firstOf(String... names) {
    if (layout != null) {
      for (String name : names) {
        if (layout.fields().stream().anyMatch(field -> field.name().equals(name))) {
          return name;
        }
      }
    }
    throw new IllegalArgumentException(
        row.command() + " has no field " + String.join(" or ", names));
  }

  private Field field(String name) {
    if (layout == null) {
      throw new IllegalStateException(row.command() + " has no buffer, and so no " + name);
    }
    return layout.field(name);
  }

  /** A field of the command buffer, as a number. */
  interface Value {
    long of(MemorySegment buffer);
  }
}
