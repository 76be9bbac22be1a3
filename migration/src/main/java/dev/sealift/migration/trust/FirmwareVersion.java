package dev.sealift.migration.trust;

import dev.sealift.crypto.ApiVersion;
import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which firmware a Secure Processor runs: {@code 1.55.21} is build 21 of API 1.55.
 *
 * <p>Source: AMD publication 55766, PLATFORM_STATUS.
 *
 * @param api the interface version
 * @param build the build, 0 to 255
 */
public record FirmwareVersion(ApiVersion api, int build) implements Comparable<FirmwareVersion> {
  private static final Pattern FORM = Pattern.compile("(\\d{1,3})\\.(\\d{1,3})(?:\\.(\\d{1,3}))?");
  private static final Comparator<FirmwareVersion> ORDER =
      Comparator.comparing(FirmwareVersion::api).thenComparingInt(FirmwareVersion::build);

  public FirmwareVersion {
    if (build < 0 || build > 0xFF) {
      throw new IllegalArgumentException("a firmware's build is 0 to 255, not " + build);
    }
  }

  /**
   * Reads {@code 1.55.21}, or {@code 1.55} for its first build.
   *
   * @throws IllegalArgumentException if it is neither
   */
  public static FirmwareVersion parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is no firmware version; write one as 1.55.21");
    }
    String build = matcher.group(3);
    return new FirmwareVersion(
        new ApiVersion(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2))),
        build == null ? 0 : Integer.parseInt(build));
  }

  @Override
  public int compareTo(FirmwareVersion other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return api + "." + build;
  }
}
