package dev.sealift.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/**
 * An amount of memory as people write it: {@code 256M}, {@code 1G}, {@code 65536}.
 *
 * @param bytes how many bytes it is
 */
public record MemorySize(long bytes) {
  private static final Pattern FORM = Pattern.compile("(\\d{1,12})([KMG]?)(I?B)?");

  /** Reads a number with an optional K, M or G (powers of 1024). */
  public static MemorySize parse(String text) {
    Matcher matcher = FORM.matcher(text.strip().toUpperCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new TypeConversionException(
          "'" + text + "' is no memory size: write a number with K, M or G, for example 256M");
    }
    long unit =
        switch (matcher.group(2)) {
          case "K" -> 1L << 10;
          case "M" -> 1L << 20;
          case "G" -> 1L << 30;
          default -> 1;
        };
    return new MemorySize(Math.multiplyExact(Long.parseLong(matcher.group(1)), unit));
  }

  @Override
  public String toString() {
    if (bytes >= 1L << 30 && bytes % (1L << 30) == 0) {
      return (bytes >> 30) + " GiB";
    }
    if (bytes >= 1L << 20) {
      return (bytes >> 20) + " MiB";
    }
    return bytes + " bytes";
  }
}
