package dev.sealift.cli.explain;

import java.util.HexFormat;

/** What comes from outside, in a form that harms no terminal and fills none. */
final class Printable {
  private static final int MOST = 400;
  private static final int MOST_BYTES = 32;
  private static final int SHOWN = 24;

  private Printable() {}

  /** A text without control characters, cut where it is long. */
  static String of(String text) {
    String kept =
        text.codePoints()
            .map(c ->
                Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? '?' : c)
            .limit(MOST)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
    return kept.length() < text.length() ? kept + " ..." : kept;
  }

  /** Bytes in hexadecimal digits; of many the first ones. */
  static String hex(byte[] bytes) {
    if (bytes.length == 0) {
      return "none";
    }
    if (bytes.length <= MOST_BYTES) {
      return HexFormat.of().formatHex(bytes);
    }
    return "%s ... (%d bytes)".formatted(HexFormat.of().formatHex(bytes, 0, SHOWN), bytes.length);
  }
}
