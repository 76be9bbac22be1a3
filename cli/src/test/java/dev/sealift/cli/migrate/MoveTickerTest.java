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

  private void show(boolean terminal) {
    MoveTicker ticker = new MoveTicker(new PrintWriter(out, true), terminal);
    ticker.show(move("setup", List.of(), null));
    ticker.show(
        move(
            "active", List.of(), new ProgressView(0, 16384, 8192, 1, 19_980, null, 0, null, null)));
    ticker.show(
        move(
            "active",
            List.of(FIRST),
            new ProgressView(1, 1056, 56, 1, 19_900, 1287.0, 0, 61., 0.2)));
    ticker.show(move("device", List.of(FIRST, SECOND), null));
    ticker.end();
  }

  @Test
  void isALineARoundWhereNobodyWatches() {
    show(false);
    assertThat(out.toString().lines())
        .containsExactly(
            "web: the hosts get to know each other",
            "web: memory goes over while the guest runs",
            "round 0: 16384 pages in 820 ms, 1056 dirtied meanwhile",
            "round 1: 1056 pages in 53 ms, 300 dirtied meanwhile, throttle 50 %",
            "web: the guest stands still, the rest goes over");
  }

  @Test
  void saysThatTheGuestStoodStillThoughItWasTooShortToBeSeen() {
    MoveTicker ticker = new MoveTicker(new PrintWriter(out, true), false);
    ticker.show(move("active", List.of(), null));
    ticker.show(move("completed", List.of(FIRST, SECOND), null));
    ticker.end();
    assertThat(out.toString().lines())
        .containsExactly(
            "web: memory goes over while the guest runs",
            "round 0: 16384 pages in 820 ms, 1056 dirtied meanwhile",
            "round 1: 1056 pages in 53 ms, 300 dirtied meanwhile, throttle 50 %",
            "web: the guest stands still, the rest goes over");
  }

  @Test
  void saysOnceThatTheGuestStandsStillThoughTheLinkBreaksThen() {
    MoveTicker ticker = new MoveTicker(new PrintWriter(out, true), false);
    ticker.show(move("device", List.of(), null));
    ticker.show(move("recover", List.of(), null));
    ticker.show(move("completed", List.of(), null));
    assertThat(out.toString().lines())
        .containsExactly(
            "web: the guest stands still, the rest goes over",
            "web: the link is being taken up again");
  }

  @Test
  void saysNothingOfAPauseThatAMoveWhichFailedDidNotComeTo() {
    MoveTicker ticker = new MoveTicker(new PrintWriter(out, true), false);
    ticker.show(move("active", List.of(), null));
    ticker.show(move("failed", List.of(FIRST), null));
    assertThat(out.toString().lines())
        .containsExactly(
            "web: memory goes over while the guest runs",
            "round 0: 16384 pages in 820 ms, 1056 dirtied meanwhile");
  }

  @Test
  void isALineThatIsWrittenOverOnATerminalWithoutEscapes() {
    show(true);
    assertThat(out.toString())
        .contains("\rround 0: 8192 left, 20.0k/s out ")
        .contains("\rround 1: 56 left, 19.9k/s out, 1287/s dirtied, downtime 61 ms, 0.2 s to go ")
        .doesNotContain("\u001b");
    assertThat(out.toString().split("[\r\n]"))
        .allSatisfy(line -> assertThat(line).hasSizeLessThan(80));
  }
}
