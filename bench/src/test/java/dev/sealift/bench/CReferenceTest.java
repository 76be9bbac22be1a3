package dev.sealift.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sealift.abi.Pages;
import dev.sealift.crypto.EngineKind;
import dev.sealift.crypto.PacketEngine;
import dev.sealift.crypto.PacketHeader;
import dev.sealift.crypto.SecretBytes;
import dev.sealift.crypto.TransportKeys;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("The loop in C")
class CReferenceTest {
  private static final int MAC = 32;

  private CReference loop;

  @BeforeEach
  void compile() throws InterruptedException {
    try {
      loop = CReference.compile(0.01);
    } catch (IOException e) {
      assumeTrue(false, e.getMessage());
    }
  }

  @AfterEach
  void close() {
    if (loop != null) {
      loop.close();
    }
  }

  @ParameterizedTest
  @EnumSource(EngineKind.class)
  @DisplayName("makes packets that every engine opens, so it does the same work")
  void samePackets(EngineKind kind) throws Exception {
    assumeTrue(kind.obstacle().isEmpty(), () -> kind.obstacle().orElse(""));
    byte[] packet = loop.packet();
    assertThat(packet).hasSize(MAC + Pages.SIZE);
    byte[] iv = firstByte(1);
    byte[] mac = Arrays.copyOf(packet, MAC);

    try (Arena arena = Arena.ofConfined();
        TransportKeys keys =
            TransportKeys.of(SecretBytes.copyOf(firstByte(1)), SecretBytes.copyOf(firstByte(2)));
        PacketEngine engine = kind.open(keys)) {
      MemorySegment header = arena.allocate(PacketHeader.SIZE, Long.BYTES);
      new PacketHeader(0, iv, mac).write(header);
      MemorySegment cipher = arena.allocate(Pages.SIZE, Pages.SIZE);
      MemorySegment.copy(packet, MAC, cipher, ValueLayout.JAVA_BYTE, 0, Pages.SIZE);
      MemorySegment plain = arena.allocate(Pages.SIZE, Pages.SIZE);

      assertThat(engine.open(PacketEngine.DATA, header, cipher, plain)).isTrue();

      for (int i = 0; i < Pages.SIZE; i++) {
        assertThat(plain.get(ValueLayout.JAVA_BYTE, i)).isEqualTo((byte) i);
      }
    }
  }

  @Test
  @DisplayName("says on which libcrypto it runs, and tells a speed for each turn")
  void speaks() throws Exception {
    assertThat(loop.library()).containsIgnoringCase("ssl");

    loop.warmUp();
    assertThat(loop.gigabytesPerSecond().isEmpty()).isTrue();

    loop.turn();
    loop.turn();
    assertThat(loop.gigabytesPerSecond().count()).isEqualTo(2);
    assertThat(loop.gigabytesPerSecond().lowest()).isPositive();
  }

  private static byte[] firstByte(int value) {
    byte[] bytes = new byte[16];
    bytes[0] = (byte) value;
    return bytes;
  }
}
