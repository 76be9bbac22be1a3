package dev.sealift.migration;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ConvergenceTest {
  private final Convergence convergence = new Convergence(Duration.ofMillis(10), 10, 0);

  @Test
  void stopsWhenWhatIsLeftFitsTheDowntimeTarget() {
    assertThat(convergence.afterRound(100_000, 1000, 5000)).isNull();
    assertThat(convergence.afterRound(5000, 50, 751)).isNull();
    assertThat(convergence.afterRound(751, 7.51, 750)).isEqualTo(StopReason.CONVERGED);
  }

  @Test
  void keepsAFewMillisecondsOfTheTargetForTheHandOver() {
    var usual = new Convergence(Duration.ofMillis(50), 10, 0);
    assertThat(usual.afterRound(100_000, 1000, 5000)).isNull();
    assertThat(usual.afterRound(5000, 50, 4201)).isNull();
    assertThat(usual.afterRound(4201, 42.01, 4200)).isEqualTo(StopReason.CONVERGED);
  }

  @Test
  void thePagesThatWereWrittenGoAtLeastOnceWhileTheGuestRuns() {
    assertThat(convergence.afterRound(100_000, 1000, 1)).isNull();
    assertThat(convergence.afterRound(1, 1, 1)).isEqualTo(StopReason.CONVERGED);
  }

  @Test
  void anIdleGuestNeedsNoMoreThanOneRound() {
    assertThat(convergence.afterRound(100_000, 1000, 0)).isEqualTo(StopReason.CONVERGED);
  }

  @Test
  void leavesOneRoundOfTheLimitForThePausedGuest() {
    var strict = new Convergence(Duration.ofMillis(1), 4, 99);
    assertThat(strict.afterRound(1000, 1000, 900)).isNull();
    assertThat(strict.afterRound(900, 900, 800)).isNull();
    assertThat(strict.afterRound(800, 800, 700)).isEqualTo(StopReason.ROUND_LIMIT);
  }

  @Test
  void givesUpOnAGuestThatWritesAsFastAsItIsSent() {
    assertThat(convergence.afterRound(1000, 1000, 500)).isNull();
    assertThat(convergence.afterRound(500, 500, 500)).isNull();
    assertThat(convergence.afterRound(500, 500, 600)).isNull();
    assertThat(convergence.afterRound(600, 600, 500)).isEqualTo(StopReason.NO_PROGRESS);
  }

  @Test
  void progressInBetweenStartsTheCountAgain() {
    assertThat(convergence.afterRound(1000, 1000, 500)).isNull();
    assertThat(convergence.afterRound(500, 500, 500)).isNull();
    assertThat(convergence.afterRound(500, 500, 500)).isNull();
    assertThat(convergence.afterRound(500, 500, 499)).isNull();
    assertThat(convergence.afterRound(499, 500, 499)).isNull();
  }

  @Test
  void slowsAGuestDownByHalvesUntilItWritesLessThanIsSent() {
    var slowing = new Convergence(Duration.ofMillis(10), 100, 99);
    assertThat(slowing.afterRound(100_000, 1000, 5000)).isNull();
    assertThat(slowing.throttle()).isZero();
    for (int percent : new int[] {50, 75, 88, 94, 97, 99}) {
      assertThat(slowing.afterRound(5000, 50, 5000)).isNull();
      assertThat(slowing.throttle()).isEqualTo(percent);
    }
    assertThat(slowing.afterRound(5000, 50, 700)).isEqualTo(StopReason.CONVERGED);
  }

  @Test
  void slowsAGuestDownNoFurtherThanItMay() {
    var limited = new Convergence(Duration.ofMillis(10), 100, 60);
    assertThat(limited.afterRound(100_000, 1000, 5000)).isNull();
    assertThat(limited.afterRound(5000, 50, 5000)).isNull();
    assertThat(limited.afterRound(5000, 50, 5000)).isNull();
    assertThat(limited.throttle()).isEqualTo(60);
    assertThat(limited.afterRound(5000, 50, 5000)).isNull();
    assertThat(limited.afterRound(5000, 50, 5000)).isNull();
    assertThat(limited.afterRound(5000, 50, 5000)).isEqualTo(StopReason.NO_PROGRESS);
  }

  @Test
  void leavesAGuestAloneWhoseWritesGetFewerByThemselves() {
    var slowing = new Convergence(Duration.ofMillis(10), 100, 99);
    assertThat(slowing.afterRound(100_000, 1000, 50_000)).isNull();
    assertThat(slowing.afterRound(50_000, 500, 25_000)).isNull();
    assertThat(slowing.afterRound(25_000, 250, 12_500)).isNull();
    assertThat(slowing.throttle()).isZero();
  }

  @Test
  void aShortRoundIsNotTakenForASlowLink() {
    assertThat(convergence.afterRound(100_000, 1000, 3)).isNull();
    assertThat(convergence.afterRound(3, 9, 4)).isEqualTo(StopReason.CONVERGED);
  }
}
