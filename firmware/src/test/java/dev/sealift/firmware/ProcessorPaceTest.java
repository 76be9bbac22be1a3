package dev.sealift.firmware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A processor's pace")
class ProcessorPaceTest {
  private static final ProcessorPace PACE =
      new ProcessorPace(Duration.ofNanos(40_000), OptionalLong.of(200_000_000));

  @Test
  @DisplayName("is a latency for every command and a bandwidth for what it moves")
  void cost() {
    assertThat(PACE.cost(1, 0)).isEqualTo(Duration.ofNanos(40_000));
    assertThat(PACE.cost(1, 4096)).isEqualTo(Duration.ofNanos(40_000 + 20_480));
    assertThat(PACE.cost(256, 256 * 4096)).isEqualTo(Duration.ofNanos(256 * 60_480));
  }

  @Test
  @DisplayName("never rounds a cost down")
  void rounding() {
    var third = new ProcessorPace(Duration.ZERO, OptionalLong.of(3_000_000_000L));
    assertThat(third.cost(1, 1)).isEqualTo(Duration.ofNanos(1));
    assertThat(third.cost(1, 4)).isEqualTo(Duration.ofNanos(2));
  }

  @Test
  @DisplayName("holds for the most that a command can move at the least bandwidth")
  void extremes() {
    var slowest = new ProcessorPace(Duration.ofSeconds(1), OptionalLong.of(1));
    assertThat(slowest.cost(1, 0xFFFF_FFFFL)).isEqualTo(Duration.ofSeconds(1 + 0xFFFF_FFFFL));
  }

  @Test
  @DisplayName("may have but one of the two, or neither")
  void parts() {
    assertThat(ProcessorPace.UNPACED.isPaced()).isFalse();
    assertThat(ProcessorPace.UNPACED.cost(1000, 4096)).isZero();
    assertThat(new ProcessorPace(Duration.ofNanos(1), OptionalLong.empty()).isPaced()).isTrue();
    assertThat(new ProcessorPace(Duration.ZERO, OptionalLong.of(1)).isPaced()).isTrue();
  }

  @Test
  @DisplayName("names the value and the rule where it cannot be")
  void rules() {
    refused(Duration.ofNanos(-1), OptionalLong.empty(), "0 to 1 s: PT-0.000000001S");
    refused(Duration.ofMillis(1001), OptionalLong.empty(), "0 to 1 s: PT1.001S");
    refused(Duration.ZERO, OptionalLong.of(0), "at least 1 byte a second: 0");
  }

  private static void refused(Duration latency, OptionalLong bandwidth, String why) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ProcessorPace(latency, bandwidth))
        .withMessageEndingWith(why);
  }
}
