package dev.sealift.cli.page;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** Names of places on the page: a move's id where it will do, else its bytes in hexadecimal. */
final class Anchors {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_-]{1,64}");

  private Anchors() {}

  /** What stands for this id in an attribute and in a link. */
  static String of(String id) {
    return PLAIN.matcher(id).matches()
        ? id
        : HexFormat.of().formatHex(id.getBytes(StandardCharsets.UTF_8));
  }
}
