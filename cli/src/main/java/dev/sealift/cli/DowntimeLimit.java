package dev.sealift.cli;

import java.time.Duration;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;

/**
 * How long a guest may stand still: a {@link TimeSpan}, or a number alone, which is milliseconds as
 * in QEMU's {@code downtime-limit}.
 */
public final class DowntimeLimit implements ITypeConverter<TimeSpan> {
  private static final Pattern MILLIS = Pattern.compile("\\d{1,9}");

  /** What picocli makes. */
  public DowntimeLimit() {}

  @Override
  public TimeSpan convert(String text) {
    return MILLIS.matcher(text.strip()).matches()
        ? new TimeSpan(Duration.ofMillis(Long.parseLong(text.strip())))
        : TimeSpan.parse(text);
  }
}
