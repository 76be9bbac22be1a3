package dev.sealift.migration.wire;

import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * The name of one attempt to move a guest: 16 random bytes that the source chooses. It binds data
 * connections to their control connection and names the move in both hosts' journals.
 *
 * @param high the first 8 bytes, big-endian
 * @param low the last 8 bytes, big-endian
 */
public record MoveId(long high, long low) {

  /** Bytes on the wire. */
  public static final int SIZE = 16;

  /** A new one. */
  public static MoveId random(SecureRandom random) {
    return new MoveId(random.nextLong(), random.nextLong());
  }

  /**
   * Reads what {@link #toString} writes.
   *
   * @throws IllegalArgumentException if the text is not 32 hexadecimal digits
   */
  public static MoveId parse(String text) {
    if (text.length() != 2 * SIZE) {
      throw new IllegalArgumentException("a move id has 32 hexadecimal digits: " + text);
    }
    return new MoveId(
        HexFormat.fromHexDigitsToLong(text, 0, SIZE),
        HexFormat.fromHexDigitsToLong(text, SIZE, 2 * SIZE));
  }

  /** The 16 bytes. */
  public byte[] bytes() {
    return new BodyWriter(SIZE).u64(high).u64(low).toByteArray();
  }

  /** 32 hexadecimal digits. */
  @Override
  public String toString() {
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(high) + hex.toHexDigits(low);
  }
}
