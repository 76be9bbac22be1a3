package dev.sealift.cli.trace;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An address in a trace file: a stretch of a process's memory by its number, and an offset there.
 * As a 64-bit word it stands for the address in a replay.
 *
 * @param memory the number of the stretch, from 1; 0 is the null pointer
 * @param offset bytes from its beginning, which is that of a page
 */
record Place(long memory, long offset) {
  /** Bits of an offset. */
  static final int OFFSET_BITS = 40;

  static final long LARGEST_OFFSET = (1L << OFFSET_BITS) - 1;

  /** So many stretches can be told apart. */
  static final long LARGEST_MEMORY = (1L << (Long.SIZE - 1 - OFFSET_BITS)) - 1;

  private static final Pattern WORDS = Pattern.compile("m([0-9]{1,7})\\+0x([0-9a-f]{1,10})");

  static Place of(long word) {
    return new Place(word >>> OFFSET_BITS, word & LARGEST_OFFSET);
  }

  /** The 64-bit word. */
  long word() {
    return (memory << OFFSET_BITS) | offset;
  }

  /** The place that is written so; empty if none is. */
  static Optional<Place> parse(String words) {
    if (words.equals("0")) {
      return Optional.of(new Place(0, 0));
    }
    Matcher parts = WORDS.matcher(words);
    if (!parts.matches()) {
      return Optional.empty();
    }
    Place place = new Place(Long.parseLong(parts.group(1)), Long.parseLong(parts.group(2), 16));
    return place.memory() == 0 || place.memory() > LARGEST_MEMORY || place.offset() > LARGEST_OFFSET
        ? Optional.empty()
        : Optional.of(place);
  }

  @Override
  public String toString() {
    return memory == 0 && offset == 0 ? "0" : "m%d+0x%x".formatted(memory, offset);
  }
}
