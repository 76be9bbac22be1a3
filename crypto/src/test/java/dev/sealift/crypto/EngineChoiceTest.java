package dev.sealift.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EngineChoiceTest {

  @ParameterizedTest
  @EnumSource
  void anEngineThatWasAskedForIsTakenOrItsObstacleIsNamed(EngineKind kind) {
    if (kind.obstacle().isPresent()) {
      assertThatIllegalStateException()
          .isThrownBy(() -> EngineChoice.fixed(kind))
          .withMessage(kind.obstacle().get());
      return;
    }
    EngineChoice choice = EngineChoice.fixed(kind);
    assertThat(choice.current()).isEqualTo(kind);
    assertThat(choice.reason()).isEqualTo("it was asked for");
  }

  @Test
  void theJdkEngineRunsEverywhere() {
    assertThat(EngineKind.JDK.obstacle()).isEmpty();
  }

  @Test
  void aMeasuredChoiceStartsWithTheJdkEngine() {
    EngineChoice choice = EngineChoice.measured();
    assertThat(choice.current()).isEqualTo(EngineKind.JDK);
    assertThat(choice.reason()).isNotBlank();
  }

  @Test
  void theTrialEndsWithAnEngineAndAReason() {
    assumeTrue(EngineKind.VECTOR.obstacle().isEmpty(), "no vector engine here");
    EngineChoice choice = EngineChoice.measured();
    choice.runTrial();
    assertThat(choice.reason())
        .isIn("it proved equal and faster", "the vector engine was not faster here");
    assertThat(choice.current() == EngineKind.VECTOR)
        .isEqualTo(choice.reason().equals("it proved equal and faster"));
  }

  @Test
  void aChannelThatIsOpenWhenTheChoiceChangesGoesOn() throws Exception {
    EngineChoice choice = EngineChoice.measured();
    try (TransportKeys keys = TransportKeys.random(new SecureRandom());
        PacketEngine engine = choice.open(keys);
        PacketEngine jdk = EngineKind.JDK.open(keys);
        Arena arena = Arena.ofConfined()) {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
      boolean changed;
      do {
        changed = choice.current() == EngineKind.VECTOR;
        MemorySegment[] plain = pages(arena, 17);
        MemorySegment[] cipher = pages(arena, 17);
        MemorySegment[] headers = pages(arena, 17);
        engine.sealPages(PacketEngine.DATA, plain, cipher, headers, 17);
        assertThat(jdk.openPages(PacketEngine.DATA, headers, cipher, plain, 17)).isEqualTo(17);
        jdk.sealPages(PacketEngine.DATA, plain, cipher, headers, 17);
        assertThat(engine.openPages(PacketEngine.DATA, headers, cipher, plain, 17)).isEqualTo(17);
        Thread.onSpinWait();
      } while (!changed && choice.reason().contains("not been tried") && System.nanoTime() < end);
      assertThat(choice.reason()).isNotBlank();
    }
  }

  private static MemorySegment[] pages(Arena arena, int count) {
    MemorySegment[] pages = new MemorySegment[count];
    for (int i = 0; i < count; i++) {
      pages[i] = arena.allocate(4096).fill((byte) i);
    }
    return pages;
  }
}
