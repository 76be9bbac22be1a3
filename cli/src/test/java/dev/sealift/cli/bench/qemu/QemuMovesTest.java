package dev.sealift.cli.bench.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class QemuMovesTest {
  private static final long MEMORY = 32 << 20;

  @Test
  @Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  @DisplayName("QEMU moves an idle machine to another QEMU with TLS, and says what it took")
  void moves() throws Exception {
    try {
      QemuVersion.installed();
    } catch (IOException e) {
      assumeTrue(false, e.getMessage());
    }

    try (QemuMoves moves = QemuMoves.prepare(MEMORY, 300, memory -> memory.fill((byte) 0x5A))) {
      moves.turn();

      assertThat(moves.megabytesPerSecond().lowest()).isPositive();
      assertThat(moves.totalMillis().lowest()).isPositive();
      assertThat(moves.downtimeMillis().lowest()).isNotNegative();
      assertThat(moves.cpuSecondsPerGigabyte().lowest()).isPositive();
    }
  }
}
