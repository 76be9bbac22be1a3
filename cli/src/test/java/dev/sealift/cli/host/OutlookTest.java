package dev.sealift.cli.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sealift.cli.view.ProgressView;
import dev.sealift.cli.view.RoundView;
import dev.sealift.migration.RoundProgress;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The outlook of a move")
class OutlookTest {
  private final Outlook outlook = new Outlook(300, 30);

  @Test
  void isTheRateAloneInTheFirstRound() {
    ProgressView now = outlook.of(new RoundProgress(0, 10_000, 2_500, 250, 1, 0), List.of());
    assertThat(now.pagesLeft()).isEqualTo(7_500);
    assertThat(now.pagesPerSecond()).isCloseTo(10_000, within(1e-6));
    assertThat(now.dirtyPagesPerSecond()).isNull();
    assertThat(now.downtimeMillis()).isNull();
    assertThat(now.secondsLeft()).isNull();
  }

  @Test
  void isTheDowntimeOfAHandOverAtTheEndOfALaterRound() {
    // 10 pages a millisecond go out, 1 a millisecond is dirtied.
    RoundView first = new RoundView(0, 10_000, 10_000, 0, 1, 1000, 0, 1000);
    ProgressView now = outlook.of(new RoundProgress(1, 1000, 600, 60, 1, 0), List.of(first));
    assertThat(now.dirtyPagesPerSecond()).isCloseTo(1000, within(1e-6));
    // The round takes 100 ms in all, so 100 pages are dirtied: 10 ms, and 8 ms beside.
    assertThat(now.downtimeMillis()).isCloseTo(18, within(0.1));
    assertThat(now.secondsLeft()).isCloseTo(0.058, within(0.001));
  }

  @Test
  void hasNoEndForAGuestThatIsNotCaughtUpWith() {
    RoundView first = new RoundView(0, 100_000, 100_000, 0, 1, 10_000, 0, 50_000);
    ProgressView now = outlook.of(new RoundProgress(1, 50_000, 1_000, 400, 1, 0), List.of(first));
    assertThat(now.pagesPerSecond()).isCloseTo(2_500, within(1e-6));
    assertThat(now.dirtyPagesPerSecond()).isCloseTo(5_000, within(1e-6));
    assertThat(now.secondsLeft()).isNull();
    ProgressView braked =
        outlook.of(new RoundProgress(1, 50_000, 1_000, 400, 1, 90), List.of(first));
    assertThat(braked.secondsLeft()).as("slowed down, it is").isNotNull();
  }
}
