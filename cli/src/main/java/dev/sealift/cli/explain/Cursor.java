package dev.sealift.cli.explain;

import java.util.ArrayList;
import java.util.List;

/** Rows of fields that lie one behind the other, whose sizes vary. */
final class Cursor {
  private final List<FieldRow> rows = new ArrayList<>();
  private int offset;

  /** Begins at this offset. */
  Cursor(int offset) {
    this.offset = offset;
  }

  /** The next field. */
  Cursor next(int size, String field, Object value, String meaning) {
    rows.add(new FieldRow(offset, size, field, String.valueOf(value), meaning));
    offset += size;
    return this;
  }

  /** The next field, whose value is shown as bytes. */
  Cursor bytes(byte[] value, String field, String meaning) {
    return next(value.length, field, Printable.hex(value), meaning);
  }

  /** A length of four bytes, and as many bytes behind it. */
  Cursor blob(byte[] value, String field, String meaning) {
    return next(Integer.BYTES, field + " length", value.length, "").bytes(value, field, meaning);
  }

  /** Where the next field begins. */
  int offset() {
    return offset;
  }

  List<FieldRow> rows() {
    return List.copyOf(rows);
  }
}
