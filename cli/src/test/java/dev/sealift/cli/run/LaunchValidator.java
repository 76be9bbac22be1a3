package dev.sealift.cli.run;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sealift.crypto.TransportKeys;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/** libvirt's virt-qemu-sev-validate: what others make of a measurement. */
final class LaunchValidator {
  private static final Path PROGRAM = Path.of("/usr/bin/virt-qemu-sev-validate");

  private LaunchValidator() {}

  /**
   * Its verdict.
   *
   * @param code its exit code, 0 if it is content
   * @param words what it says
   */
  record Verdict(int code, String words) {}

  static Verdict judge(
      Path directory, JsonNode sev, String measurement, Path firmware, TransportKeys keys)
      throws Exception {
    assumeTrue(Files.isExecutable(PROGRAM), "there is no validator: install libvirt-clients-qemu");
    Path tik = Files.write(directory.resolve("tik"), keys.tik().reveal());
    Path tek = Files.write(directory.resolve("tek"), keys.tek().reveal());
    // By the system's own Python: its modules are there.
    Process process =
        new ProcessBuilder(
                "/usr/bin/python3",
                PROGRAM.toString(),
                "--measurement",
                measurement,
                "--api-major",
                sev.get("api-major").asString(),
                "--api-minor",
                sev.get("api-minor").asString(),
                "--build-id",
                sev.get("build-id").asString(),
                "--policy",
                sev.get("policy").asString(),
                "--firmware",
                firmware.toString(),
                "--tik",
                tik.toString(),
                "--tek",
                tek.toString())
            .redirectErrorStream(true)
            .start();
    String words = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assumeTrue(
        !words.contains("ModuleNotFoundError"),
        "the validator lacks a module: install python3-lxml python3-libvirt python3-cryptography");
    if (!process.waitFor(20, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
    return new Verdict(process.exitValue(), words);
  }
}
