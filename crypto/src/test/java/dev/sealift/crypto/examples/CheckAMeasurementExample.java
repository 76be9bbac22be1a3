package dev.sealift.crypto.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.LaunchMeasurement;
import dev.sealift.crypto.SecretBytes;
import dev.sealift.crypto.launch.CpuSignature;
import dev.sealift.crypto.launch.KernelHashes;
import dev.sealift.crypto.launch.LaunchImage;
import dev.sealift.crypto.launch.ReportedMeasurement;
import dev.sealift.crypto.launch.ResetVmsa;
import java.util.HexFormat;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Whether a platform launched what was meant. */
class CheckAMeasurementExample {

  @Test
  @DisplayName("Example: check a measurement")
  void checkAMeasurement() throws Exception {
    byte[] firmware = new byte[4096];
    byte[] kernel = new byte[1000];
    byte[] initrd = new byte[500];
    byte[] tikFile = HexFormat.of().parseHex("66320db73158a35a255d051758e95ed4");
    String reported = "Po4j1yFW+SLOWyFSk+/fiDeJ3K5t70teQM0lEjPMoX9PvgvtutbIauj2iXHRA+VU";

    // @start region=example
    ResetVmsa registers = new ResetVmsa(new CpuSignature(25, 1, 1));
    byte[] digest =
        LaunchImage.of(firmware)
            .with(KernelHashes.of(kernel, initrd, "console=ttyS0"))
            .withVmsa(registers.boot())
            .digest();

    ReportedMeasurement measurement = ReportedMeasurement.parse(reported);
    try (SecretBytes tik = SecretBytes.take(tikFile)) {
      byte[] expected =
          LaunchMeasurement.compute(
              tik, new ApiVersion(1, 55), 21, new GuestPolicy(5), digest, measurement.nonce());
      assertThat(measurement.hasMac(expected)).isTrue();
    }
    // @end
  }
}
