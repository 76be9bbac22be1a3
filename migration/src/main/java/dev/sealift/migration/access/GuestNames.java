package dev.sealift.migration.access;

/**
 * Names of guests: one, or all of a form. In a pattern {@code *} stands for any run of characters,
 * none included; every other character for itself.
 *
 * @param pattern 1 to 64 characters
 */
public record GuestNames(String pattern) {
  /** No pattern is longer. */
  public static final int MOST_CHARACTERS = 64;

  /**
   * @throws IllegalArgumentException if the pattern is empty or too long
   */
  public GuestNames {
    if (pattern.isEmpty() || pattern.length() > MOST_CHARACTERS) {
      throw new IllegalArgumentException(
          "a pattern of guests' names has 1 to %d characters".formatted(MOST_CHARACTERS));
    }
  }

  /** Whether a guest's name is one of these. */
  public boolean include(String name) {
    int at = 0;
    int in = 0;
    int star = -1;
    int resume = 0;
    while (in < name.length()) {
      if (at < pattern.length() && pattern.charAt(at) == '*') {
        star = at++;
        resume = in;
      } else if (at < pattern.length() && pattern.charAt(at) == name.charAt(in)) {
        at++;
        in++;
      } else if (star >= 0) {
        // The last star takes one character more.
        at = star + 1;
        in = ++resume;
      } else {
        return false;
      }
    }
    return pattern.substring(at).chars().allMatch(left -> left == '*');
  }
}
