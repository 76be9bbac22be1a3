package dev.sealift.migration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class PacerTest {
  private static final long SECOND = 1_000_000_000;

  private final Pacer pacer = new Pacer(OptionalLong.of(1000));

  @Test
  void whatIsSentStaysBelowTheRate() {
    assertThat(pacer.reserve(500, 0)).isZero();
    assertThat(pacer.reserve(1000, 0)).isEqualTo(SECOND / 2);
    assertThat(pacer.reserve(1, SECOND)).isEqualTo(SECOND / 2);
  }

  @Test
  void timeThatWasNotUsedIsNotSaved() {
    assertThat(pacer.reserve(1000, 0)).isZero();
    assertThat(pacer.reserve(1000, 10 * SECOND)).isZero();
    assertThat(pacer.reserve(1000, 10 * SECOND)).isEqualTo(SECOND);
  }

  @Test
  void nothingWaitsOnceTheLimitIsLifted() {
    assertThat(pacer.reserve(10_000, 0)).isZero();
    pacer.lift();
    assertThat(pacer.reserve(10_000, 0)).isZero();
  }

  @Test
  void nothingWaitsWithoutALimit() {
    var unlimited = new Pacer(OptionalLong.empty());
    assertThat(unlimited.reserve(Long.MAX_VALUE, 0)).isZero();
    assertThat(unlimited.reserve(Long.MAX_VALUE, 0)).isZero();
  }
}
