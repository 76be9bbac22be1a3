package dev.sealift.cli.page;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Numbers and times as people read them; a number and its unit stay on one line. */
final class Figures {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);
  private static final char TIED = '\u00a0';
  private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB", "PB"};

  private Figures() {}

  /** A count, in groups of three digits. */
  static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** A rate of pages, without a fraction. */
  static String perSecond(double pages) {
    return Double.isFinite(pages) ? count(Math.round(pages)) : "unknown";
  }

  /** Bytes on a wire, in decimal units with a digit behind the point. */
  static String bytes(double bytes) {
    if (!Double.isFinite(bytes)) {
      return "unknown";
    }
    double number = bytes;
    int unit = 0;
    while (number >= 1000 && unit < UNITS.length - 1) {
      number /= 1000;
      unit++;
    }
    return String.format(
        Locale.ROOT, unit == 0 ? "%.0f%s%s" : "%.1f%s%s", number, TIED, UNITS[unit]);
  }

  /** What a link carries, as people name links: in bits. */
  static String link(long bytesPerSecond) {
    BigDecimal bits = BigDecimal.valueOf(bytesPerSecond).multiply(BigDecimal.valueOf(8));
    boolean giga = bytesPerSecond >= 125_000_000;
    return bits.movePointLeft(giga ? 9 : 6)
            .setScale(1, RoundingMode.HALF_UP)
            .stripTrailingZeros()
            .toPlainString()
        + TIED
        + (giga ? "Gbit/s" : "Mbit/s");
  }

  /** A length of time in milliseconds, in the unit that suits it. */
  static String millis(double millis) {
    if (!Double.isFinite(millis)) {
      return "unknown";
    }
    if (Math.abs(millis) < 10_000) {
      return String.format(Locale.ROOT, "%,.1f%sms", millis, TIED);
    }
    return seconds(millis / 1000);
  }

  /** A length of time in seconds. */
  static String seconds(double seconds) {
    if (!Double.isFinite(seconds)) {
      return "unknown";
    }
    if (seconds < 120) {
      return String.format(Locale.ROOT, "%.1f%ss", seconds, TIED);
    }
    Duration span = Duration.ofSeconds(Math.round(seconds));
    return span.toHours() == 0
        ? span.toMinutes() + " min " + span.toSecondsPart() + " s"
        : count(span.toHours()) + " h " + span.toMinutesPart() + " min";
  }

  /** A part of a whole. */
  static String share(double part, double whole) {
    return percent(whole > 0 ? Math.round(100 * part / whole) : 0);
  }

  /** Hundredths of a whole. */
  static String percent(long hundredths) {
    return hundredths + (TIED + "%");
  }

  /** A moment, to the second, UTC. */
  static String time(Instant moment) {
    return TIME.format(moment);
  }

  /** A coordinate or length for SVG, which knows no other form than this one. */
  static String svg(double number) {
    return Double.isFinite(number) ? String.format(Locale.ROOT, "%.2f", number) : "0";
  }

  /** A coordinate or length as a part of the drawing's width, from 0 to 1. */
  static String part(double part) {
    return svg(100 * part) + "%";
  }
}
