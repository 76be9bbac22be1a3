package dev.sealift.cli.explain;

import com.fasterxml.jackson.annotation.JsonIgnore;

/**
 * A field.
 *
 * @param offset of its first byte, from the start of the file or argument
 * @param size bytes
 * @param field its name
 * @param value what stands there, in words
 * @param meaning what it is; empty where the name says it
 */
record FieldRow(int offset, int size, String field, String value, String meaning) {

  /** Where names begin. */
  static final int NAME_AT = 17;

  FieldRow {
    field = Printable.of(field);
    value = Printable.of(value);
    meaning = Printable.of(meaning);
  }

  /** What stands before the value. */
  @JsonIgnore
  String label() {
    return "  0x%04X  %5d  %-18s".formatted(offset, size, field) + " ";
  }
}
