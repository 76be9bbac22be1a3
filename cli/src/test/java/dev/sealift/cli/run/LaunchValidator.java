package dev.sealift.cli.run;

import dev.sealift.cli.LibvirtValidator;
import dev.sealift.crypto.TransportKeys;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.databind.JsonNode;

/** What libvirt makes of the measurement of a launch under QEMU. */
final class LaunchValidator {

  private LaunchValidator() {}

  /**
   * Asks libvirt's validator.
   *
   * @param directory where the keys go for it
   * @param sev what query-sev answered
   * @param measurement what query-sev-launch-measure answered
   */
  static LibvirtValidator.Verdict judge(
      Path directory, JsonNode sev, String measurement, Path firmware, TransportKeys keys)
      throws Exception {
    LibvirtValidator.assumeInstalled();
    Path tik = Files.write(directory.resolve("tik"), keys.tik().reveal());
    Path tek = Files.write(directory.resolve("tek"), keys.tek().reveal());
    return LibvirtValidator.run(
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
        tek.toString());
  }
}
