package dev.sealift.vmm.guest;

import static dev.sealift.vmm.guest.PseudoRandomWriter.ALL_REVEALED;
import static dev.sealift.vmm.guest.PseudoRandomWriter.STEPS_PER_BATCH;
import static dev.sealift.vmm.guest.PseudoRandomWriter.WINDOW;
import static dev.sealift.vmm.guest.PseudoRandomWriter.WINDOW_PAGES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealift.abi.Pages;
import dev.sealift.vmm.VirtualMachine;
import dev.sealift.vmm.guest.PseudoRandomWriter.Plan;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The pseudo-random writer")
class PseudoRandomWriterTest {
  private static final Plan PLAN = new Plan(8L << 20, 16);

  @Nested
  @DisplayName("in its model form")
  class Model {
    private final FlatMachine machine = new FlatMachine(PLAN);

    @Test
    void holdsWhatTheReplaySaysAfterEveryBatch() {
      Replay replay = new Replay(PLAN);
      for (int batches = 1; batches <= 17; batches++) {
        runUntilBatch(batches);
        replay.advance(machine.steps());
        assertThat(replay.steps()).isEqualTo((long) batches * STEPS_PER_BATCH);
        assertThat(mismatches(replay)).isEmpty();
      }
    }

    @Test
    void keepsTheWindowAndInTurnTheExchangeRangeShared() {
      runUntilBatch(1);
      assertThat(machine.shared.count()).isEqualTo(64);
      runUntilBatch(9);
      assertThat(machine.shared.count()).isEqualTo(96);
      runUntilBatch(17);
      assertThat(machine.shared.count()).isEqualTo(64);
    }

    @Test
    void saysBeforeItsWorkWhatItsHostMustKnowBeforeItCanBeMoved() {
      runUntilBatch(1);
      assertThat(machine.said)
          .containsExactly("private 0 2048", "shared 256 64", "0x4b564d08 := 1");
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "0x20000, 0", "0x10000, 2"})
    void saysNothingThatItsHostDoesNotListenTo(String features, int announcements) {
      machine.features = Integer.decode(features);
      machine.shared.addRange(WINDOW / Pages.SIZE, announcements == 0 ? WINDOW_PAGES : 0);
      runUntilBatch(1);
      assertThat(machine.said).hasSize(announcements).noneMatch(words -> words.contains(":="));
    }

    @Test
    void saysHowFarItIsBeforeItAsks() {
      runUntilBatch(3);
      while (machine.progress < 3) {
        machine.step();
      }
      assertThat(machine.steps()).isEqualTo(3L * STEPS_PER_BATCH);
      assertThat(machine.register(16)).isEqualTo(PseudoRandomWriter.ENTRY + 7);
    }

    @Test
    void showsEveryChunkOfItsMemoryInTurn() {
      Replay replay = new Replay(PLAN);
      runUntilBatch(9);
      machine.command = PseudoRandomWriter.REVEAL;
      replay.advance(9L * STEPS_PER_BATCH);
      byte[] expected = new byte[Pages.SIZE];
      for (int chunk = 0; chunk < PLAN.pages() / WINDOW_PAGES; chunk++) {
        runUntilRevealed(chunk + 1);
        assertThat(machine.revealed.getLast()).isEqualTo(chunk);
        for (int i = 0; i < WINDOW_PAGES && chunk != WINDOW / Pages.SIZE / WINDOW_PAGES; i++) {
          replay.expectedPage((long) chunk * WINDOW_PAGES + i, expected);
          int at = WINDOW + i * Pages.SIZE;
          assertThat(Arrays.mismatch(machine.memory, at, at + Pages.SIZE, expected, 0, Pages.SIZE))
              .isEqualTo(-1);
        }
      }
      runUntilRevealed((int) (PLAN.pages() / WINDOW_PAGES) + 1);
      assertThat(machine.revealed.getLast()).isEqualTo(ALL_REVEALED);

      machine.command = 0;
      runUntilBatch(10);
      replay.advance(10L * STEPS_PER_BATCH);
      assertThat(mismatches(replay)).as("it goes on as if nothing had been asked").isEmpty();
    }

    @Test
    void givesUpWhenItsPagesCannotBeShared() {
      machine.hypercallAnswer = -22;
      while (machine.panic == 0) {
        machine.step();
      }
      assertThat(machine.panic).isEqualTo(-22);
    }

    /** Runs until the guest stands right after the batch with this number. */
    private void runUntilBatch(int batch) {
      while (machine.register(9) < batch || isStillExchanging()) {
        machine.step();
      }
    }

    private boolean isStillExchanging() {
      return machine.register(16) == PseudoRandomWriter.ENTRY + 6;
    }

    private void runUntilRevealed(int count) {
      while (machine.revealed.size() < count) {
        machine.step();
      }
    }

    private int[] mismatches(Replay replay) {
      byte[] expected = new byte[Pages.SIZE];
      return IntStream.range(0, (int) PLAN.pages())
          .filter(page -> {
            replay.expectedPage(page, expected);
            int at = page * Pages.SIZE;
            return Arrays.mismatch(machine.memory, at, at + Pages.SIZE, expected, 0, Pages.SIZE)
                >= 0;
          })
          .toArray();
    }
  }

  @Nested
  @DisplayName("as a plan")
  class Plans {

    @ParameterizedTest
    @CsvSource({"8388608,1", "8388608,1024", "3221225472,524288", "268435456,16384"})
    void isPossibleWhereTheHotSetFits(long memory, long hotPages) {
      Plan plan = new Plan(memory, hotPages);
      assertThat(Plan.parse(plan.workload(), memory)).contains(plan);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, 4 << 20, (8 << 20) + 4096, (3L << 30) + (2 << 20)})
    void needsMemoryInWholeLargePages(long memory) {
      assertThatThrownBy(() -> new Plan(memory, 1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("8 MiB to 3 GiB and a multiple of 2 MiB");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, 3, 2048, Long.MIN_VALUE})
    void needsAPowerOfTwoOfHotPagesThatFits(long hotPages) {
      assertThatThrownBy(() -> new Plan(8 << 20, hotPages))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("power of two of pages and at most 1024");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "",
          "database",
          "pseudo-random-writer hot-pages=3",
          "pseudo-random-writer hot-pages=99999999999999999999",
          "pseudo-random-writer hot-pages=1 "
        })
    void isNotSeenInOtherWords(String workload) {
      assertThat(Plan.parse(workload, VirtualMachine.MAX_MEMORY)).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2, 63, 64, 1000, 65537})
  void hasAGeneratorThatJumpsWhereItWouldStep(long steps) {
    long state = Generator.SEED;
    for (long i = 0; i < steps; i++) {
      state = Generator.next(state);
    }
    assertThat(Generator.jump(Generator.SEED, steps)).isEqualTo(state);
  }

  @Test
  void isReplayedTheSameInOneGoAsInManySmallOnes() {
    long steps = (1L << 23) + 12345;
    Replay atOnce = new Replay(PLAN);
    Replay slowly = new Replay(PLAN);
    atOnce.advance(steps);
    for (long to = 1_000_003; to < steps; to += 1_000_003) {
      slowly.advance(to);
    }
    slowly.advance(steps);
    atOnce.advance(steps + 10);
    slowly.advance(steps + 10);
    byte[] one = new byte[Pages.SIZE];
    byte[] other = new byte[Pages.SIZE];
    for (long page = 0; page < PLAN.pages(); page++) {
      atOnce.expectedPage(page, one);
      slowly.expectedPage(page, other);
      assertThat(Arrays.mismatch(one, other)).as("page %d", page).isEqualTo(-1);
    }
  }

  @Test
  void cannotBeReplayedBackwards() {
    Replay replay = new Replay(PLAN);
    replay.advance(10);
    assertThatThrownBy(() -> replay.advance(9)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void leavesRoomForItsCodeAndTablesBelowWhatItFills() {
    byte[] image = PseudoRandomWriter.image(new Plan(VirtualMachine.MAX_MEMORY, 1));
    assertThat(image).hasSize(PseudoRandomWriter.MEASURED_BYTES);
    assertThat(Arrays.copyOfRange(image, 0x8000, 0x8020))
        .isEqualTo(new PseudoRandomWriterProgram().signature());
    assertThat(Arrays.copyOfRange(image, 0x8040, 0x8040 + MachineCode.bytes().length))
        .isEqualTo(MachineCode.bytes());
  }
}
