package dev.sealift.cli;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** libvirt's tool that checks launch measurements, as it is installed here. */
public final class LibvirtValidator {
  private static final Path PYTHON = Path.of("/usr/bin/python3");
  private static final Path TOOL = Path.of("/usr/bin/virt-qemu-sev-validate");
  private static final Path FIRMWARE = Path.of("/usr/share/OVMF/OVMF_CODE.fd");

  private LibvirtValidator() {}

  /** Skips the test where the tool is not installed, or does not start. */
  public static void assumeInstalled() throws Exception {
    assumeTrue(
        Files.isExecutable(PYTHON) && Files.isReadable(TOOL),
        TOOL + " is not installed (package libvirt-clients-qemu)");
    assumeTrue(
        run("--help").code() == 0,
        TOOL + " does not start here: it needs python3-lxml, -libvirt, -cryptography");
  }

  /** A real firmware; the test is skipped where there is none. */
  public static Path firmware() {
    assumeTrue(Files.isReadable(FIRMWARE), FIRMWARE + " is not installed (package ovmf)");
    return FIRMWARE;
  }

  /**
   * What it said.
   *
   * @param code 0 if it is satisfied, 1 if a measurement does not match
   * @param words all that it printed
   */
  public record Verdict(int code, String words) {}

  /** Runs it to its end. */
  public static Verdict run(String... arguments) throws IOException, InterruptedException {
    List<String> command =
        Stream.concat(Stream.of(PYTHON.toString(), TOOL.toString()), Stream.of(arguments)).toList();
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      String words = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        throw new IOException(TOOL + " does not end");
      }
      return new Verdict(process.exitValue(), words);
    } finally {
      process.destroyForcibly();
    }
  }
}
