package dev.sealift.firmware;

import static dev.sealift.firmware.TestMachine.randomBytes;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The memory controller without keys")
class PlainMemoryControllerTest {

  private final RamMemory memory = new RamMemory(4096, 8192);
  private final PlainMemoryController controller = new PlainMemoryController(memory);

  @Test
  @DisplayName("shows memory as it is to everyone, with a key or without")
  void plain() {
    byte[] content = randomBytes(100, 1);
    controller.installKey(3, new byte[32]);
    assertThat(controller.write(3, 5000, MemorySegment.ofArray(content))).isTrue();
    assertThat(memory.read(5000, 100)).isEqualTo(content);
    for (int asid : new int[] {MemoryController.HOST, 3, 4}) {
      byte[] seen = new byte[100];
      assertThat(controller.read(asid, 5000, MemorySegment.ofArray(seen))).isTrue();
      assertThat(seen).isEqualTo(content);
    }
  }

  @Test
  @DisplayName("keeps the books of who would have a key")
  void books() {
    assertThat(controller.hasKey(3)).isFalse();
    controller.installKey(3, new byte[32]);
    assertThat(controller.hasKey(3)).isTrue();
    assertThat(controller.hasKey(2)).isFalse();
    controller.removeKey(3);
    assertThat(controller.hasKey(3)).isFalse();
  }

  @Test
  @DisplayName("says where there is no memory")
  void missingMemory() {
    byte[] into = new byte[16];
    assertThat(controller.read(1, 0, MemorySegment.ofArray(into))).isFalse();
    assertThat(controller.write(1, 4096 + 8192 - 8, MemorySegment.ofArray(into))).isFalse();
  }
}
