package dev.sealift.migration.trust;

import dev.sealift.crypto.ApiVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The rules of a {@link MovePolicy} as text, one rule a line:
 *
 * <pre>
 *   # rule     what the other platform must be
 *   api        1.55              at least this API in its PEK
 *   firmware   1.55.21           at least this firmware, as its host says
 *   domain     same              the same OCA certificate as this platform
 *   owner      9f31...           the fingerprint of its OCA key, 64 digits
 *   chip       4c07...           the fingerprint of its CEK, 64 digits; or its id, 128 or 256
 * </pre>
 *
 * <p>UTF-8; blanks or tabs between the words; from {@code #} on a line is a remark. Several owners
 * and several chips are alternatives; all other rules stand once. The chain's roots are not in it:
 * they are keys, not words. A file of no lines asks for nothing but them.
 */
public final class MovePolicyFile {

  /** No file is longer, in bytes. */
  public static final int MOST_BYTES = 1 << 20;

  private static final Pattern BLANKS = Pattern.compile("[ \t]+");
  private static final Pattern API = Pattern.compile("(\\d{1,3})\\.(\\d{1,3})");
  private static final Pattern FINGERPRINT = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern CHIP_ID = Pattern.compile("[0-9a-f]{128}|[0-9a-f]{256}");

  private final String file;
  private final Set<String> stated = new HashSet<>();
  private int number;

  private MovePolicyFile(String file) {
    this.file = file;
  }

  /** A file that does not follow its form. The message names file and line, and says what to do. */
  public static final class MalformedException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedException(String sentence) {
      super(sentence);
    }
  }

  /**
   * Reads a file.
   *
   * @param base what holds besides: its roots
   * @throws IOException if it cannot be read
   * @throws MalformedException if it does not follow the form
   */
  public static MovePolicy read(Path file, MovePolicy base) throws IOException, MalformedException {
    byte[] content;
    try (InputStream in = Files.newInputStream(file)) {
      content = in.readNBytes(MOST_BYTES + 1);
    }
    return parse(file.toString(), content, base);
  }

  /**
   * Reads a file's content.
   *
   * @param file its name, for what is said of it
   * @param base what holds besides: its roots
   * @throws MalformedException if it does not follow the form
   */
  public static MovePolicy parse(String file, byte[] content, MovePolicy base)
      throws MalformedException {
    if (content.length > MOST_BYTES) {
      throw new MalformedException(
          "%s is longer than the %d bytes that a policy of moves may have"
              .formatted(file, MOST_BYTES));
    }
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
    } catch (CharacterCodingException e) {
      throw new MalformedException(file + " is not text in UTF-8; name a policy of moves");
    }
    return new MovePolicyFile(file).with(text, base);
  }

  private MovePolicy with(String text, MovePolicy base) throws MalformedException {
    MovePolicy policy = base;
    for (String line : text.split("\r?\n", -1)) {
      number++;
      String words = line.replaceFirst("#.*", "").strip();
      if (!words.isEmpty()) {
        policy = with(BLANKS.split(words, -1), policy);
      }
    }
    return policy;
  }

  private MovePolicy with(String[] words, MovePolicy policy) throws MalformedException {
    if (words.length != 2) {
      throw malformed(
          "a line has two words, not %d: a rule, and what it asks for".formatted(words.length));
    }
    String asked = words[1];
    return switch (words[0]) {
      case "api" -> policy.withMinimumApi(api(once("api", asked)));
      case "firmware" -> policy.withMinimumFirmware(firmware(once("firmware", asked)));
      case "domain" -> {
        if (!once("domain", asked).equals("same")) {
          throw malformed(
              "'%s' is no domain: write same, for platforms of this one's owner, or leave the line out"
                  .formatted(shortened(asked)));
        }
        yield policy.withSameOwner();
      }
      case "owner" -> policy.withOwner(owner(asked.toLowerCase(Locale.ROOT)));
      case "chip" -> policy.withChip(chip(asked.toLowerCase(Locale.ROOT)));
      default ->
          throw malformed(
              "a rule is api, firmware, domain, owner or chip, not '%s'"
                  .formatted(shortened(words[0])));
    };
  }

  private String once(String rule, String asked) throws MalformedException {
    if (!stated.add(rule)) {
      throw malformed("'%s' is asked for a second time; leave one of the lines".formatted(rule));
    }
    return asked;
  }

  private ApiVersion api(String asked) throws MalformedException {
    Matcher matcher = API.matcher(asked);
    if (!matcher.matches()) {
      throw malformed(
          "'%s' is no version of the API; write one as 1.55".formatted(shortened(asked)));
    }
    try {
      return new ApiVersion(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
    } catch (IllegalArgumentException tooLarge) {
      throw malformed(String.valueOf(tooLarge.getMessage()));
    }
  }

  private FirmwareVersion firmware(String asked) throws MalformedException {
    try {
      return FirmwareVersion.parse(shortened(asked));
    } catch (IllegalArgumentException e) {
      throw malformed(String.valueOf(e.getMessage()));
    }
  }

  private String owner(String asked) throws MalformedException {
    if (!FINGERPRINT.matcher(asked).matches()) {
      throw malformed(
          "'%s' is no fingerprint of an owner's key: write 64 digits, 0-9 and a-f, as 'sealift cert show' prints them"
              .formatted(shortened(asked)));
    }
    return asked;
  }

  private String chip(String asked) throws MalformedException {
    if (!FINGERPRINT.matcher(asked).matches() && !CHIP_ID.matcher(asked).matches()) {
      throw malformed(
          "'%s' is no chip: write the fingerprint of its CEK (64 digits, 0-9 and a-f) or its id (128 or 256)"
              .formatted(shortened(asked)));
    }
    return asked;
  }

  /** As it may be shown on a terminal. */
  private static String shortened(String word) {
    String shown = word.replaceAll("\\p{Cntrl}", "?");
    return shown.length() > 80 ? shown.substring(0, 80) + "..." : shown;
  }

  private MalformedException malformed(String what) {
    return new MalformedException("%s:%d: %s".formatted(file, number, what));
  }
}
