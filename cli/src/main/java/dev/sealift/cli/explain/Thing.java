package dev.sealift.cli.explain;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What somebody asks about: a word, a number, bytes in hexadecimal digits or base64, or a file with
 * bytes in any of these forms.
 */
final class Thing {

  /** Bytes that are read of a file at most; what is longer is only read line by line. */
  static final int MOST_BYTES = 512 << 10;

  private static final int LEAST_ENCODED = 64;
  private static final Pattern HEX = Pattern.compile("(0[xX])?[0-9a-fA-F\\s:]+");
  private static final Pattern BASE64 = Pattern.compile("[A-Za-z0-9+/\\s]+=?\\s*=?\\s*");
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,10}|0[xX][0-9a-fA-F]{1,8}");

  private final String text;
  private final @Nullable Path file;
  private final byte[] bytes;
  private final boolean whole;
  private final @Nullable String form;

  private Thing(
      String text, @Nullable Path file, byte[] bytes, boolean whole, @Nullable String form) {
    this.text = text;
    this.file = file;
    this.bytes = bytes;
    this.whole = whole;
    this.form = form;
  }

  /**
   * What an argument names: a file where there is one, else itself.
   *
   * @throws BadInput if the file cannot be read
   */
  static Thing of(String argument) throws BadInput {
    Path file = existing(argument);
    if (file == null) {
      return decoded(argument, null, argument.getBytes(StandardCharsets.UTF_8));
    }
    if (Files.isDirectory(file)) {
      throw new BadInput(file + " is a directory; name a file in it.");
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] content = in.readNBytes(MOST_BYTES + 1);
      return content.length > MOST_BYTES
          ? new Thing(argument, file, content, false, null)
          : decoded(argument, file, content);
    } catch (IOException e) {
      throw new BadInput(file + " cannot be read: " + Failure.sentence(e) + ".", e);
    }
  }

  private static @Nullable Path existing(String argument) {
    try {
      Path file = Path.of(argument);
      return !argument.isEmpty() && Files.exists(file) ? file : null;
    } catch (InvalidPathException none) {
      return null;
    }
  }

  private static Thing decoded(String argument, @Nullable Path file, byte[] content) {
    String text = new String(content, StandardCharsets.ISO_8859_1);
    boolean long1 = text.length() >= LEAST_ENCODED;
    if ((file == null || long1) && HEX.matcher(text).matches()) {
      String digits = text.replaceAll("^0[xX]|[\\s:]", "");
      if (!digits.isEmpty() && digits.length() % 2 == 0) {
        return new Thing(
            argument, file, HexFormat.of().parseHex(digits), true, "hexadecimal digits");
      }
    }
    if (long1 && BASE64.matcher(text).matches()) {
      try {
        byte[] bytes = Base64.getDecoder().decode(text.replaceAll("\\s", ""));
        return new Thing(argument, file, bytes, true, "base64");
      } catch (IllegalArgumentException otherText) {
        // Then it is what it is.
      }
    }
    return new Thing(argument, file, file == null ? new byte[0] : content, true, null);
  }

  /** The argument as it was given. */
  String text() {
    return text;
  }

  /** The argument, for names. */
  String name() {
    return text.strip().toUpperCase(Locale.ROOT).replace('-', '_');
  }

  /** The file; null where the argument is none. */
  @Nullable Path file() {
    return file;
  }

  /** What it is called in a sentence. */
  String subject() {
    return file == null ? "'" + Printable.of(text) + "'" : file.toString();
  }

  /** The bytes; none where it is a word. */
  byte[] bytes() {
    return bytes.clone();
  }

  /** How many bytes there are. */
  int size() {
    return bytes.length;
  }

  /** Whether {@link #bytes} are all there are. */
  boolean isWhole() {
    return whole;
  }

  /** Whether it is bytes of some length: a file, or long enough to be no number. */
  boolean isData() {
    return whole && (file != null || bytes.length > Long.BYTES);
  }

  /** The form that the bytes were in; null where they are as they came. */
  @Nullable String form() {
    return form;
  }

  /** The number that it is; empty where it is none, or a file. */
  OptionalLong number() {
    String digits = text.strip();
    if (file != null || !NUMBER.matcher(digits).matches()) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(
        digits.startsWith("0x") || digits.startsWith("0X")
            ? Long.parseLong(digits.substring(2), 16)
            : Long.parseLong(digits));
  }

  /**
   * Bytes of exactly this length.
   *
   * @param what what they should be, with an article, for people
   * @throws BadInput if there are more or fewer
   */
  byte[] exactly(int size, String what) throws BadInput {
    if (!whole || bytes.length != size) {
      throw new BadInput(
          "%s is not %s: that has %d bytes, and %s."
              .formatted(
                  subject(),
                  what,
                  size,
                  whole ? "here are " + bytes.length : "here are more than " + MOST_BYTES));
    }
    return bytes.clone();
  }
}
