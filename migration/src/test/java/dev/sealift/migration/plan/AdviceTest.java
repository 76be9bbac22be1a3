package dev.sealift.migration.plan;

import static dev.sealift.migration.plan.Scenarios.leaving;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class AdviceTest {

  @Test
  void noneIsGivenWhereTheMoveIsSmooth() {
    assertThat(Advice.on(leaving(GuestWrites.NONE))).isEmpty();
    assertThat(Advice.on(leaving(new GuestWrites.Sweep(1250, 4096)))).isEmpty();
  }

  @Test
  void theTargetThatWouldBeMetIsThatOfTheWholeWorkingSetWhereItIsDirtyAllTheTime() {
    // 2048 pages of 200 us, 409.6 ms, and the 8 ms that are kept for the rest of the hand-over.
    Advice advice = Advice.on(leaving(new GuestWrites.Sweep(7500, 2048))).orElseThrow();

    assertThat(advice.downtimeTarget()).contains(Duration.ofMillis(418));
  }

  @Test
  void theRateThatWouldBeMetLiesJustBelowOneThatWouldNot() {
    Scenario tooFast = leaving(new GuestWrites.Sweep(7500, 2048));

    double writes = Advice.on(tooFast).orElseThrow().writesPerSecond().orElseThrow();

    assertThat(writes).as("the processor seals 5000 pages a second").isBetween(1250.0, 5000.0);
    assertThat(Forecast.of(leaving(new GuestWrites.Sweep(writes, 2048))).isSmooth()).isTrue();
    assertThat(Forecast.of(leaving(new GuestWrites.Sweep(writes * 1.001, 2048))).isSmooth())
        .isFalse();
  }

  @Test
  void whereTheHandOverAloneTakesTooLongNoRateHelps() {
    Scenario far = leaving(new GuestWrites.Sweep(10, 16));
    Advice advice =
        Advice.on(
                new Scenario(
                    far.guest(),
                    far.source(),
                    far.destination(),
                    far.kernel(),
                    new LinkModel(1e9, Duration.ofMillis(20)),
                    far.options()))
            .orElseThrow();

    assertThat(advice.writesPerSecond()).isEmpty();
    assertThat(advice.downtimeTarget()).isPresent();
  }
}
