package dev.sealift.crypto.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.LaunchDigest;
import dev.sealift.crypto.LaunchMeasurement;
import dev.sealift.crypto.SecretBytes;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A measurement as QEMU and libvirt report it")
class ReportedMeasurementTest {
  private static final HexFormat HEX = HexFormat.of();
  private static final String MAC =
      "6faab2daae389bcd3405a05d6cafe33c0414f7bedd0bae19ba5f38b7fd1664ea";
  private static final String NONCE = "4fbe0bedbad6c86ae8f68971d103e554";

  private final byte[] bytes = HEX.parseHex(MAC + NONCE);

  @Test
  void macAndNonceAreFoundInBase64AndInBytes() throws Exception {
    String base64 = Base64.getEncoder().encodeToString(bytes);
    for (var read :
        new ReportedMeasurement[] {
          ReportedMeasurement.parse(bytes), ReportedMeasurement.parse(" " + base64 + "\n")
        }) {
      assertThat(HEX.formatHex(read.mac())).isEqualTo(MAC);
      assertThat(HEX.formatHex(read.nonce())).isEqualTo(NONCE);
      assertThat(read.bytes()).isEqualTo(bytes);
      assertThat(read).hasToString(base64);
    }
  }

  @Test
  @DisplayName("the known answer is found with the TIK alone")
  void theKnownAnswer() throws Exception {
    try (SecretBytes tik = SecretBytes.take(HEX.parseHex("66320db73158a35a255d051758e95ed4"))) {
      ReportedMeasurement reported = ReportedMeasurement.parse(bytes);
      byte[] empty = new LaunchDigest().value();
      assertThat(
              reported.hasMac(
                  LaunchMeasurement.compute(
                      tik,
                      new ApiVersion(0, 0x12),
                      0x0F,
                      new GuestPolicy(0),
                      empty,
                      reported.nonce())))
          .isTrue();
      assertThat(reported.hasMac(new byte[32])).isFalse();
    }
  }

  @Test
  void anythingElseIsRefusedInWords() {
    assertThatThrownBy(() -> ReportedMeasurement.parse(new byte[32]))
        .isInstanceOf(MalformedLaunchException.class)
        .hasMessageContaining("48 bytes")
        .hasMessageContaining("32 bytes");
    for (String text : new String[] {"", "no base64!", "AAAA"}) {
      assertThatThrownBy(() -> ReportedMeasurement.parse(text))
          .isInstanceOf(MalformedLaunchException.class)
          .hasMessageContaining("a launch measurement");
    }
  }
}
