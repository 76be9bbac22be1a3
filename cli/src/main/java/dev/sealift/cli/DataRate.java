package dev.sealift.cli;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/**
 * An amount of data a second as people write it: {@code 200MB}, {@code 1.5GiB/s}, {@code 25Gbit}.
 *
 * @param bytesPerSecond how many bytes a second it is
 */
public record DataRate(long bytesPerSecond) {
  private static final Pattern FORM =
      Pattern.compile("(\\d{1,6}(?:\\.\\d{1,3})?)([kKMGT]?)(i?)(B|bit)(?:/s)?");

  private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB"};

  /** Reads a number with B or bit, and k, M, G or T (powers of 1000, with an i of 1024). */
  public static DataRate parse(String text) {
    Matcher matcher = FORM.matcher(text.strip());
    if (!matcher.matches()) {
      throw new TypeConversionException(
          "'"
              + text
              + "' is no data rate: write a number with kB, MB, GB or Gbit a second, for example"
              + " 200MB or 25Gbit");
    }
    int power = "kmgt".indexOf(matcher.group(2).toLowerCase(Locale.ROOT));
    int exponent = matcher.group(2).isEmpty() ? 0 : power + 1;
    BigDecimal unit = BigDecimal.valueOf(matcher.group(3).isEmpty() ? 1000 : 1024).pow(exponent);
    BigDecimal amount = new BigDecimal(matcher.group(1)).multiply(unit);
    BigDecimal bytes =
        matcher.group(4).equals("bit") ? amount.divide(BigDecimal.valueOf(8)) : amount;
    return new DataRate(bytes.setScale(0, RoundingMode.HALF_UP).longValueExact());
  }

  /** In the largest decimal unit of which it is a whole number; {@link #parse} reads it back. */
  @Override
  public String toString() {
    long number = bytesPerSecond;
    int unit = 0;
    while (number != 0 && number % 1000 == 0 && unit < UNITS.length - 1) {
      number /= 1000;
      unit++;
    }
    return number + UNITS[unit];
  }
}
