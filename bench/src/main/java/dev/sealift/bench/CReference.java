package dev.sealift.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * The loop in C over libcrypto ({@code reference.c}) that the packet engines are compared with,
 * compiled by the system's {@code cc} each time, so that it is as good as this machine makes it.
 */
final class CReference {
  private static final String SOURCE = "reference.c";
  private static final long PATIENCE_SECONDS = 60;

  private final Path program;

  private CReference(Path program) {
    this.program = program;
  }

  /**
   * Compiles the loop into a directory.
   *
   * @throws IOException if there is no compiler or no libcrypto to compile against; the message
   *     says which packages have them
   */
  static CReference compile(Path directory) throws IOException, InterruptedException {
    Path source = directory.resolve(SOURCE);
    try (InputStream text = CReference.class.getResourceAsStream(SOURCE)) {
      if (text == null) {
        throw new IOException(SOURCE + " is missing from this program");
      }
      Files.copy(text, source);
    }
    Path program = directory.resolve("reference");
    try {
      run(
          List.of(
              "cc", "-O2", "-o", program.toString(), source.toString(), "-lcrypto", "-lpthread"));
    } catch (IOException e) {
      throw new IOException(
          "the reference loop cannot be compiled here; install gcc and libssl-dev (" + e + ")", e);
    }
    return new CReference(program);
  }

  /** Runs the loop; gigabytes (1e9 bytes) of pages sealed a second, by all threads together. */
  double gigabytesPerSecond(int threads, double seconds) throws IOException, InterruptedException {
    String printed =
        run(
            List.of(
                program.toString(),
                Integer.toString(threads),
                String.format(Locale.ROOT, "%.3f", seconds)));
    return Double.parseDouble(printed.strip());
  }

  private static String run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (InputStream out = process.getInputStream()) {
      String printed = new String(out.readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException(command.getFirst() + " failed: " + printed.strip());
      }
      return printed;
    } finally {
      process.destroyForcibly();
    }
  }
}
