package dev.sealift.crypto;

import java.util.Comparator;

/**
 * A version of the SEV firmware's interface, such as 1.55.
 *
 * @param major 0 to 255
 * @param minor 0 to 255
 */
public record ApiVersion(int major, int minor) implements Comparable<ApiVersion> {
  private static final Comparator<ApiVersion> ORDER =
      Comparator.comparingInt(ApiVersion::major).thenComparingInt(ApiVersion::minor);

  public ApiVersion {
    if (major < 0 || major > 0xFF || minor < 0 || minor > 0xFF) {
      throw new IllegalArgumentException(
          "an API version is two numbers from 0 to 255, not " + major + "." + minor);
    }
  }

  /** Whether this version is {@code minimum} or newer. */
  public boolean atLeast(ApiVersion minimum) {
    return compareTo(minimum) >= 0;
  }

  @Override
  public int compareTo(ApiVersion other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
