package dev.sealift.crypto.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.LaunchSecret;
import dev.sealift.crypto.SecretBytes;
import dev.sealift.crypto.TransportKeys;
import dev.sealift.crypto.launch.ReportedMeasurement;
import dev.sealift.crypto.launch.SecretTable;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A passphrase for a guest whose measurement is right. */
class SealASecretExample {

  @Test
  @DisplayName("Example: seal a secret")
  void sealASecret() throws Exception {
    byte[] passphrase = "open sesame".getBytes(StandardCharsets.UTF_8);
    TransportKeys keys = TransportKeys.random(new SecureRandom());
    ReportedMeasurement measurement = ReportedMeasurement.parse(new byte[48]);

    // @start region=example
    ApiVersion platform = new ApiVersion(1, 55);
    var disk = new SecretTable.Entry(SecretTable.DISK_PASSPHRASE, SecretBytes.take(passphrase));
    try (SecretTable table = new SecretTable(List.of(disk));
        SecretBytes payload = table.payload()) {
      LaunchSecret.Packed sealed =
          payload.open(plain -> LaunchSecret.pack(keys, platform, measurement.mac(), plain));
      assertThat(sealed.header()).hasSize(52);
      assertThat(sealed.ciphertext()).hasSize(payload.length());
    }
    // @end
  }
}
