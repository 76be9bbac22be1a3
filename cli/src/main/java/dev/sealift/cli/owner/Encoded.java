package dev.sealift.cli.owner;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.InputFile;
import dev.sealift.crypto.SecretBytes;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** Bytes of a known length as people and programs hand them over. */
final class Encoded {
  private static final Pattern HEX = Pattern.compile("[0-9a-fA-F]*");
  private static final int TEXT_FACTOR = 2;

  private Encoded() {}

  /**
   * Bytes from an argument, in hexadecimal digits or base64.
   *
   * @param what what they are, with an article, for people: "a nonce"
   */
  static byte[] argument(String text, String what, int size) throws BadInput {
    if (text.length() == 2 * size && HEX.matcher(text).matches()) {
      return HexFormat.of().parseHex(text);
    }
    byte[] bytes = base64(text);
    if (bytes.length != size) {
      throw new BadInput(
          "'%s' is not %s, which has %d bytes: %d hexadecimal digits, or base64."
              .formatted(text, what, size, 2 * size));
    }
    return bytes;
  }

  /** Bytes from a file that holds them as they are, or in base64. */
  static byte[] file(Path file, String what, int size) throws BadInput {
    byte[] content = InputFile.read(file, what, TEXT_FACTOR * size);
    if (content.length == size) {
      return content;
    }
    byte[] bytes = base64(new String(content, StandardCharsets.ISO_8859_1));
    if (bytes.length != size) {
      throw new BadInput(
          "%s has %d bytes, and %s has %d, or as many in base64: it is cut short or something else."
              .formatted(file, content.length, what, size));
    }
    return bytes;
  }

  /** Bytes from base64 in an argument, or from the file that it names. */
  static byte[] argumentOrFile(String text, String what, int size) throws BadInput {
    byte[] bytes = base64(text);
    return bytes.length == size ? bytes : file(Path.of(text), what, size);
  }

  /** A key of 16 bytes from a file. */
  static SecretBytes key(Path file, String what) throws BadInput {
    return SecretBytes.take(InputFile.readExactly(file, what, 16));
  }

  /** What the text means in base64; nothing if it is none. */
  private static byte[] base64(String text) {
    try {
      return Base64.getDecoder().decode(text.strip());
    } catch (IllegalArgumentException e) {
      return new byte[0];
    }
  }
}
