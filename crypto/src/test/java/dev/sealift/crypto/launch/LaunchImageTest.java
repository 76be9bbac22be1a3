package dev.sealift.crypto.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What a launch digest is made of")
class LaunchImageTest {
  private final byte[] firmware = random(4096);
  private final KernelHashes hashes =
      KernelHashes.of(random(100), random(50), "console=ttyS0 root=/dev/vda");

  @Test
  @DisplayName("LD = SHA-256(firmware, table of kernel hashes, VMSA of each vCPU)")
  void theOrder() throws Exception {
    byte[] first = new byte[4096];
    byte[] others = random(4096);
    assertThat(LaunchImage.of(firmware).digest()).isEqualTo(sha256(firmware));
    assertThat(LaunchImage.of(firmware).with(hashes).withVmsas(first, others, 3).digest())
        .isEqualTo(sha256(firmware, hashes.table(), first, others, others));
    assertThat(LaunchImage.of(firmware).withVmsas(first, others, 1).digest())
        .isEqualTo(LaunchImage.of(firmware).withVmsa(first).digest())
        .isEqualTo(sha256(firmware, first));
  }

  @Test
  void memoryIsMeasuredInWholeBlocksAndRegistersInWholePages() throws Exception {
    for (int length : new int[] {0, 1, 15, 4097}) {
      assertThatThrownBy(() -> LaunchImage.of(new byte[length]))
          .isInstanceOf(MalformedLaunchException.class)
          .hasMessageContaining("16 bytes, and this has " + length);
    }
    LaunchImage image = LaunchImage.of(firmware);
    assertThatThrownBy(() -> image.withVmsa(new byte[4095]))
        .isInstanceOf(MalformedLaunchException.class)
        .hasMessageContaining("4096 bytes, not 4095");
    assertThatThrownBy(() -> image.withVmsas(new byte[4096], new byte[1648], 2))
        .isInstanceOf(MalformedLaunchException.class);
    assertThatThrownBy(() -> image.withVmsas(new byte[4096], new byte[4096], 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  @DisplayName("the table of kernel hashes: GUIDs, 16-bit lengths, command line, initrd, kernel")
  void theTableOfKernelHashes() {
    assertThat(HexFormat.of().formatHex(hashes.table()))
        .isEqualTo(
            "06d63894224fc94cb479a793d411fd21a800"
                + "d82dd09720bd944caa78e7714d36ab2a3200"
                + HexFormat.of().formatHex(hashes.commandLine())
                + "31f7ba442f3ad74b9af141e29169781d3200"
                + HexFormat.of().formatHex(hashes.initrd())
                + "3794e74dd2ab7f42b835d5b172d2045b3200"
                + HexFormat.of().formatHex(hashes.kernel())
                + "00".repeat(8));
  }

  @Test
  @DisplayName(
      "a command line is hashed with the zero byte at its end, an absent initrd as nothing")
  void hashesOfTexts() throws Exception {
    KernelHashes bare = KernelHashes.of(random(100), new byte[0], "");
    assertThat(bare.kernel()).isEqualTo(sha256(random(100)));
    assertThat(bare.initrd()).isEqualTo(sha256()).isEqualTo(KernelHashes.hashOfNothing());
    assertThat(bare.commandLine()).isEqualTo(sha256(new byte[1]));
    assertThat(KernelHashes.hashOfCommandLine("quiet"))
        .isEqualTo(sha256("quiet\0".getBytes(StandardCharsets.UTF_8)));
    assertThat(bare).isEqualTo(KernelHashes.of(random(100), new byte[0], "")).isNotEqualTo(hashes);
  }

  private static byte[] sha256(byte[]... parts) throws Exception {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      joined.write(part);
    }
    return MessageDigest.getInstance("SHA-256").digest(joined.toByteArray());
  }

  static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }
}
