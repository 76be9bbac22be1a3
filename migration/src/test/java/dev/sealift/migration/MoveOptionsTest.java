package dev.sealift.migration;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MoveOptionsTest {

  static Stream<UnaryOperator<MoveOptions>> nonsense() {
    return Stream.of(
        options -> options.withDowntimeTarget(Duration.ZERO),
        options -> options.withDowntimeTarget(Duration.ofHours(2)),
        options -> options.withMaxRounds(1),
        options -> options.withMaxRounds(65536),
        options -> options.withDataConnections(0),
        options -> options.withDataConnections(17),
        options -> options.withBatchPages(0),
        options -> options.withBatchPages(1025),
        options -> options.withBytesPerSecond((1 << 20) - 1),
        options -> options.withTimeout(Duration.ofMillis(1)));
  }

  @ParameterizedTest
  @MethodSource("nonsense")
  void optionsThatCannotBeMeantAreRefused(UnaryOperator<MoveOptions> change) {
    assertThatThrownBy(() -> change.apply(MoveOptions.DEFAULT))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
