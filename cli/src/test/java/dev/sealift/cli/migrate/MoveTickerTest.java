package dev.sealift.cli.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.cli.view.MoveView;
import dev.sealift.cli.view.ProgressView;
import dev.sealift.cli.view.RoundView;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What is shown of a move")
class MoveTickerTest {
  private static final RoundView FIRST =
      new RoundView(0, 16384, 16288, 96, 67_000_000, 820, 0, 1056);
  private static final RoundView SECOND = new RoundView(1, 1056, 1056, 0, 4_300_000, 53, 50, 300);

  private final StringWriter out = new StringWriter();

  private static MoveView move(String status, List<RoundView> rounds, ProgressView now) {
    return new MoveView(
        "0123",
        "web",
        64 << 20,
        "outgoing",
        "host-b:7325",
        status,
        "source.SENDING",
        Instant.EPOCH,
        1.5,
        null,
        rounds,
        now,
        null,
        null,
        List.of(),
        List.of(),
        null,
        List.of(),
        null);
  }

  private void show(boolean terminal, MoveView... views) {
    MoveTicker ticker = new MoveTicker(new PrintWriter(out, true), terminal);
    for (MoveView view : views) {
      ticker.show(view);
    }
    ticker.end();
  }

  /** What is left of these where nobody watches. */
  private List<String> lines(MoveView... views) {
    show(false, views);
    return out.toString().lines().toList();
  }

  private static MoveView[] wholeMove() {
    return new MoveView[] {
      move("setup", List.of(), null),
      move("active", List.of(), new ProgressView(0, 16384, 8192, 1, 19_980, null, 0, null, null)),
      move("active", List.of(FIRST), new ProgressView(1, 1056, 56, 1, 19_900, 1287.0, 0, 61., 0.2)),
      move("device", List.of(FIRST, SECOND), null)
    };
  }

  @Test
  void isALineARoundWhereNobodyWatches() {
    assertThat(lines(wholeMove()))
        .containsExactly(
            "web: the hosts get to know each other",
            "web: memory goes over while the guest runs",
            "round 0: 16384 pages in 820 ms, 1056 dirtied meanwhile",
            "round 1: 1056 pages in 53 ms, 300 dirtied meanwhile, throttle 50 %",
            "web: the guest stands still, the rest goes over");
  }

  @Test
  void saysThatTheGuestStoodStillThoughItWasTooShortToBeSeen() {
    assertThat(
            lines(move("active", List.of(), null), move("completed", List.of(FIRST, SECOND), null)))
        .containsExactly(
            "web: memory goes over while the guest runs",
            "round 0: 16384 pages in 820 ms, 1056 dirtied meanwhile",
            "round 1: 1056 pages in 53 ms, 300 dirtied meanwhile, throttle 50 %",
            "web: the guest stands still, the rest goes over");
  }

  @Test
  void saysOnceThatTheGuestStandsStillThoughTheLinkBreaksThen() {
    assertThat(
            lines(
                move("device", List.of(), null),
                move("recover", List.of(), null),
                move("completed", List.of(), null)))
        .containsExactly(
            "web: the guest stands still, the rest goes over",
            "web: the link is being taken up again");
  }

  @Test
  void saysNothingOfAPauseThatAMoveWhichFailedDidNotComeTo() {
    assertThat(lines(move("active", List.of(), null), move("failed", List.of(FIRST), null)))
        .containsExactly(
            "web: memory goes over while the guest runs",
            "round 0: 16384 pages in 820 ms, 1056 dirtied meanwhile");
  }

  @Test
  void isALineThatIsWrittenOverOnATerminalWithoutEscapes() {
    show(true, wholeMove());
    assertThat(out.toString())
        .contains("\rround 0: 8192 left, 20.0k/s out ")
        .contains("\rround 1: 56 left, 19.9k/s out, 1287/s dirtied, downtime 61 ms, 0.2 s to go ")
        .doesNotContain("\u001b");
    assertThat(out.toString().split("[\r\n]"))
        .allSatisfy(line -> assertThat(line).hasSizeLessThan(80));
  }
}
