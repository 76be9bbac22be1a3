package dev.sealift.bench;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * The loop in C over libcrypto ({@code reference.c}) that everything else is compared with: one
 * thread that seals pages. It is compiled by the system's {@code cc} each time, so that it is as
 * good as this machine makes it.
 */
public final class CReference implements Contestant {
  private static final String SOURCE = "reference.c";
  private static final long PATIENCE_SECONDS = 60;

  private final Path directory;
  private final double seconds;
  private final Samples gigabytesPerSecond = new Samples();

  private CReference(Path directory, double seconds) {
    this.directory = directory;
    this.seconds = seconds;
  }

  /**
   * Compiles the loop, in a directory of its own that goes with it.
   *
   * @param seconds how long a turn takes
   * @throws IOException if there is no compiler or no libcrypto to compile against; the message
   *     says which packages have them
   */
  public static CReference compile(double seconds) throws IOException, InterruptedException {
    CReference reference = new CReference(Files.createTempDirectory("sealift-reference-"), seconds);
    boolean done = false;
    try {
      reference.compile();
      done = true;
      return reference;
    } finally {
      if (!done) {
        reference.close();
      }
    }
  }

  private void compile() throws IOException, InterruptedException {
    // In this order: where the program is interrupted, they are deleted from the last to the first.
    directory.toFile().deleteOnExit();
    source().toFile().deleteOnExit();
    new File(program()).deleteOnExit();
    try (InputStream text = CReference.class.getResourceAsStream(SOURCE)) {
      if (text == null) {
        throw new IOException(SOURCE + " is missing from this program");
      }
      Files.copy(text, source());
    }
    try {
      run(List.of("cc", "-O2", "-o", program(), source().toString(), "-lcrypto", "-lpthread"));
    } catch (IOException e) {
      String why = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      throw new IOException(
          "the loop in C cannot be compiled here: install gcc and libssl-dev (" + why + ")", e);
    }
  }

  private Path source() {
    return directory.resolve(SOURCE);
  }

  private String program() {
    return directory.resolve("reference").toString();
  }

  /** The libcrypto that it runs on, as that says it. */
  public String library() throws IOException, InterruptedException {
    return run(List.of(program(), "version")).strip();
  }

  /**
   * One packet as the loop makes it: MAC, 32 bytes, and ciphertext, 4096 bytes, of a page whose
   * bytes count upwards from 0. The keys are a TEK of 1 and 15 zeros and a TIK of 2 and 15 zeros,
   * the IV a 1 and 15 zeros.
   */
  byte[] packet() throws IOException, InterruptedException {
    return output(List.of(program(), "packet"));
  }

  /** Gigabytes (1e9 bytes) of pages sealed a second by one thread, of each turn. */
  public Samples gigabytesPerSecond() {
    return gigabytesPerSecond;
  }

  @Override
  public void warmUp() throws IOException, InterruptedException {
    measure();
  }

  @Override
  public void turn() throws IOException, InterruptedException {
    gigabytesPerSecond.add(measure());
  }

  private double measure() throws IOException, InterruptedException {
    String time = String.format(Locale.ROOT, "%.3f", seconds);
    return Double.parseDouble(run(List.of(program(), "1", time)).strip());
  }

  private static String run(List<String> command) throws IOException, InterruptedException {
    return new String(output(command), StandardCharsets.UTF_8);
  }

  private static byte[] output(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (InputStream out = process.getInputStream()) {
      byte[] printed = out.readAllBytes();
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        String words = new String(printed, StandardCharsets.UTF_8).strip();
        throw new IOException(command.getFirst() + " failed: " + words);
      }
      return printed;
    } finally {
      process.destroyForcibly();
    }
  }

  @Override
  public void close() {
    try {
      Files.deleteIfExists(source());
      Files.deleteIfExists(Path.of(program()));
      Files.deleteIfExists(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
