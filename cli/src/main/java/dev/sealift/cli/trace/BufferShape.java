package dev.sealift.cli.trace;

import org.jspecify.annotations.Nullable;

/**
 * A buffer that a command's struct names.
 *
 * @param name what it holds
 * @param address the struct's field with its address; null where the command has no struct and the
 *     buffer is what it names in its place
 * @param length the struct's field with its length; null where the length is fixed
 * @param fixedLength bytes, where they are fixed
 * @param direction who reads and writes it
 * @param disclosure how much of it a trace tells
 * @param form how the answers of two platforms are compared
 */
record BufferShape(
    String name,
    @Nullable String address,
    @Nullable String length,
    int fixedLength,
    Direction direction,
    Disclosure disclosure,
    Form form) {

  /** Which way the bytes go. */
  enum Direction {
    /** The platform reads it. */
    IN,
    /** The platform writes it. */
    OUT,
    /** It is only named. */
    NAMED
  }

  boolean isIn() {
    return direction == Direction.IN;
  }

  boolean isOut() {
    return direction == Direction.OUT;
  }
}
