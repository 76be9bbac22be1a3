package dev.sealift.cli.bench.qemu;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which QEMU is installed.
 *
 * @param number as it says it, such as 7.2.22
 */
public record QemuVersion(int major, int minor, String number) {
  static final String PROGRAM = "qemu-system-x86_64";

  private static final Pattern FORM =
      Pattern.compile("QEMU emulator version ((\\d{1,3})\\.(\\d{1,3})[^ \\n]*).*", Pattern.DOTALL);

  /** Bytes of what it says of itself. */
  private static final int MOST_SAID = 1 << 16;

  private static final int OLDEST_MAJOR = 7;
  private static final int OLDEST_MINOR = 2;

  /**
   * Asks it.
   *
   * @throws IOException if there is none, or one before 7.2; the message says what to do
   */
  public static QemuVersion installed() throws IOException, InterruptedException {
    Process process;
    try {
      process = new ProcessBuilder(PROGRAM, "--version").redirectErrorStream(true).start();
    } catch (IOException e) {
      throw new IOException(
          "QEMU is not installed: install qemu-system-x86, 7.2 or later, to compare with it", e);
    }
    try (InputStream out = process.getInputStream()) {
      String words = new String(out.readNBytes(MOST_SAID), StandardCharsets.UTF_8);
      process.waitFor(10, TimeUnit.SECONDS);
      return parse(words);
    } finally {
      process.destroyForcibly();
    }
  }

  static QemuVersion parse(String words) throws IOException {
    Matcher matcher = FORM.matcher(words);
    if (!matcher.matches()) {
      throw new IOException(PROGRAM + " does not say which version it is: " + words.strip());
    }
    var version =
        new QemuVersion(
            Integer.parseInt(matcher.group(2)),
            Integer.parseInt(matcher.group(3)),
            matcher.group(1));
    if (version.major < OLDEST_MAJOR
        || (version.major == OLDEST_MAJOR && version.minor < OLDEST_MINOR)) {
      throw new IOException(
          "QEMU " + version.number + " is too old to compare with: install 7.2 or later");
    }
    return version;
  }
}
