package dev.sealift.crypto;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a guest's owner allows to be done with the guest: a 32-bit word.
 *
 * <pre>
 *   bit  31        24 23        16 15          6   5     4       3     2    1      0
 *       +------------+------------+-------------+-----+--------+--------+----+------+-------+
 *       | API minor  | API major  | reserved, 0 | SEV | DOMAIN | NOSEND | ES | NOKS | NODBG |
 *       +------------+------------+-------------+-----+--------+--------+----+------+-------+
 * </pre>
 *
 * <p>Source: AMD publication 55766, guest policy structure.
 *
 * @param word the policy as it stands in commands and sessions
 */
public record GuestPolicy(int word) {
  private static final int RESERVED = 0x0000_FFC0;
  private static final Pattern MINIMUM_API = Pattern.compile("api(?:=|>=)(\\d{1,3})\\.(\\d{1,3})");

  /** One bit of the policy, by the specification's name. */
  public enum Flag {
    /** Debugging is forbidden. */
    NODBG(0),
    /** Sharing the key with another guest is forbidden. */
    NOKS(1),
    /** The guest's registers are encrypted (SEV-ES). */
    ES(2),
    /** Sending the guest to another platform is forbidden. */
    NOSEND(3),
    /** The guest may be sent only to platforms of the same owner. */
    DOMAIN(4),
    /** The guest may be sent only to platforms whose chain leads to AMD's root. */
    SEV(5);

    private final int bit;

    Flag(int bit) {
      this.bit = bit;
    }

    /** The flag's bit in the policy word. */
    public int mask() {
      return 1 << bit;
    }
  }

  /** A policy with these flags and no minimum API version. */
  public static GuestPolicy of(Flag... flags) {
    return new GuestPolicy(0).with(flags);
  }

  /**
   * Reads a policy as people write it: a number, {@code 0x21} or {@code 33}, or words in any case,
   * {@code nodbg,sev,api=1.55}, where {@code none} stands for no flag.
   *
   * @throws IllegalArgumentException if it is neither; the message says what would be right
   */
  public static GuestPolicy parse(String text) {
    String trimmed = text.strip().toLowerCase(Locale.ROOT);
    if (!trimmed.isEmpty() && Character.isDigit(trimmed.charAt(0))) {
      try {
        long number = Long.decode(trimmed.startsWith("0x") ? trimmed : decimal(trimmed));
        if (number <= 0xFFFF_FFFFL) {
          return new GuestPolicy((int) number);
        }
      } catch (NumberFormatException notANumber) {
        // The words below say what a policy is.
      }
      throw new IllegalArgumentException(
          "a policy is a number of 32 bits, such as 0x21 or 33, and not " + text);
    }
    GuestPolicy policy = new GuestPolicy(0);
    for (String word : trimmed.split(",", -1)) {
      policy = policy.withWord(word.strip());
    }
    return policy;
  }

  /** Without the zeros before it, which would make it octal. */
  private static String decimal(String digits) {
    String significant = digits.replaceFirst("^0+", "");
    return significant.isEmpty() ? "0" : significant;
  }

  private GuestPolicy withWord(String word) {
    if (word.equals("none")) {
      return this;
    }
    Matcher api = MINIMUM_API.matcher(word);
    if (api.matches()) {
      return withMinimumApi(Integer.parseInt(api.group(1)), Integer.parseInt(api.group(2)));
    }
    return Arrays.stream(Flag.values())
        .filter(flag -> flag.name().equalsIgnoreCase(word))
        .findFirst()
        .map(this::with)
        .orElseThrow(() ->
            new IllegalArgumentException(
                "'"
                    + word
                    + "' is no part of a policy, which is a number or some of nodbg, noks, es,"
                    + " nosend, domain, sev, api=MAJOR.MINOR, none"));
  }

  /** This policy with these flags set too. */
  public GuestPolicy with(Flag... flags) {
    return new GuestPolicy(
        Arrays.stream(flags).mapToInt(Flag::mask).reduce(word, (bits, mask) -> bits | mask));
  }

  /** This policy for platforms of at least this API version. */
  public GuestPolicy withMinimumApi(int major, int minor) {
    ApiVersion minimum = new ApiVersion(major, minor);
    return new GuestPolicy((word & 0xFFFF) | minimum.major() << 16 | minimum.minor() << 24);
  }

  /** Whether the flag is set. */
  public boolean has(Flag flag) {
    return (word & flag.mask()) != 0;
  }

  /** {@link Flag#NODBG}. */
  public boolean noDebug() {
    return has(Flag.NODBG);
  }

  /** {@link Flag#NOKS}. */
  public boolean noKeySharing() {
    return has(Flag.NOKS);
  }

  /** {@link Flag#ES}. */
  public boolean es() {
    return has(Flag.ES);
  }

  /** {@link Flag#NOSEND}. */
  public boolean noSend() {
    return has(Flag.NOSEND);
  }

  /** {@link Flag#DOMAIN}. */
  public boolean domain() {
    return has(Flag.DOMAIN);
  }

  /** {@link Flag#SEV}. */
  public boolean sev() {
    return has(Flag.SEV);
  }

  /** Whether any of bits 6 to 15 is set, which no policy may have. */
  public boolean reservedBitsSet() {
    return (word & RESERVED) != 0;
  }

  /** Major part of the lowest API version allowed. */
  public int apiMajor() {
    return word >>> 16 & 0xFF;
  }

  /** Minor part of the lowest API version allowed. */
  public int apiMinor() {
    return word >>> 24;
  }

  /** The lowest API version allowed. */
  public ApiVersion minimumApi() {
    return new ApiVersion(apiMajor(), apiMinor());
  }

  /** Whether a platform of this API version may run the guest. */
  public boolean allowsApi(ApiVersion platform) {
    return platform.atLeast(minimumApi());
  }

  /** Whether a platform of this API version may run the guest. */
  public boolean allowsApi(int major, int minor) {
    return allowsApi(new ApiVersion(major, minor));
  }

  /** The word as four bytes, little-endian, as every MAC takes it. */
  public byte[] bytes() {
    return ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(word).array();
  }

  /** The policy in words: {@code 0x16000021 (NODBG, SEV, API >= 0.22)}. */
  @Override
  public String toString() {
    String flags =
        Arrays.stream(Flag.values())
            .filter(this::has)
            .map(Flag::name)
            .collect(Collectors.joining(", "));
    return "0x%08x (%s, API >= %s%s)"
        .formatted(
            word,
            flags.isEmpty() ? "no flags" : flags,
            minimumApi(),
            reservedBitsSet() ? ", reserved bits set" : "");
  }
}
