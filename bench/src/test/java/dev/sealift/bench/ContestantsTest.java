package dev.sealift.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.crypto.EngineKind;
import dev.sealift.crypto.cert.Generation;
import dev.sealift.crypto.cert.RootOfTrust;
import dev.sealift.firmware.PlainMemoryController;
import dev.sealift.firmware.SoftwareSecureProcessor;
import dev.sealift.kernel.SoftwareMachine;
import dev.sealift.vmm.Host;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What is measured by turns")
class ContestantsTest {
  private static final long SHORT = TimeUnit.MILLISECONDS.toNanos(1);

  @Test
  @DisplayName("every engine that can run here seals and opens, with one thread and with two")
  void engines() throws Exception {
    try (EngineRace race = new EngineRace(SHORT)) {
      race.turn();

      List<EngineSpeed> speeds = race.speeds();
      long engines =
          Arrays.stream(EngineKind.values()).filter(kind -> kind.obstacle().isEmpty()).count();
      assertThat(speeds).hasSize((int) engines * 4);
      assertThat(speeds)
          .extracting(speed -> speed.operation().label() + speed.threads())
          .contains("seal1", "seal2", "open1", "open2");
      assertThat(speeds)
          .allSatisfy(speed -> {
            assertThat(speed.gigabytesPerSecond().count()).isEqualTo(1);
            assertThat(speed.gigabytesPerSecond().lowest()).isPositive();
            assertThat(speed.garbageBytesPerPage().lowest()).isNotNegative();
          });
    }
  }

  @Test
  @DisplayName("a scan of the dirty bitmap finds every dirty page, or fails")
  void bitmap() {
    try (BitmapScan scan = new BitmapScan()) {
      scan.turn();

      assertThat(scan.millis().count()).isEqualTo(1);
    }
  }

  @Test
  @DisplayName("a system call is asked for until the turn is over")
  void call() throws Exception {
    try (CallCost cost = CallCost.on(host(), SHORT)) {
      cost.warmUp();
      assertThat(cost.micros().isEmpty()).isTrue();

      cost.turn();
      assertThat(cost.micros().lowest()).isPositive();
    }
  }

  /** The host of the benchmarks, too. */
  static Host host() {
    SoftwareMachine machine =
        SoftwareMachine.model(
            (memory, controller) ->
                SoftwareSecureProcessor.builder()
                    .rootOfTrust(RootOfTrust.of(Generation.MILAN))
                    .build(memory, controller),
            PlainMemoryController::new,
            List.of());
    return new Host(machine.calls(), machine.signals());
  }
}
