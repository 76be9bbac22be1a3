package dev.sealift.cli.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.cli.view.FleetJob;
import dev.sealift.cli.view.FleetTask;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What is shown of a job that is followed")
class JobTickerTest {
  private final StringWriter out = new StringWriter();

  private static FleetJob job(double secondsLeft, FleetTask... tasks) {
    return new FleetJob("3f2a9c01", "evacuate", "host-a", "under-way", secondsLeft, List.of(tasks));
  }

  private static FleetTask task(String guest, String state, Long bytesLeft) {
    return new FleetTask(guest, "host-a", "host-b", state, 1, bytesLeft, null, "");
  }

  private void show(JobTicker ticker) {
    ticker.show(job(20, task("web", "moving", null), task("mail", "waiting", null)));
    ticker.show(job(18, task("web", "moving", 20_000_000L), task("mail", "waiting", null)));
    ticker.show(job(9, task("web", "moved", null), task("mail", "moving", null)));
    ticker.end();
  }

  @Test
  void isALineForEachChangeOfItsCountsWhereNobodyWatches() {
    show(new JobTicker(new PrintWriter(out, true), false));

    assertThat(out.toString().lines())
        .containsExactly(
            "evacuate host-a (job 3f2a9c01): 0 of 2 moved, 1 moving, 1 waiting, about 20 s to go",
            "evacuate host-a (job 3f2a9c01): 1 of 2 moved, 1 moving, 0 waiting, about 9 s to go");
  }

  @Test
  void isAlsoItsMovesOnATerminalWrittenOverAndInTheEndTakenAway() {
    show(new JobTicker(new PrintWriter(out, true), true));

    assertThat(out.toString())
        .contains("web                  to host-b                begins")
        .contains("\r\u001b[2A\u001b[J  web                  to host-b                20.0 MB left")
        .endsWith("\r\u001b[2A\u001b[J");
  }

  @Test
  void fitsAScreenHoweverManyMove() {
    List<FleetTask> tasks = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      tasks.add(task("a-guest-with-quite-a-long-name-" + i, "moving", 1L << 50));
    }
    new JobTicker(new PrintWriter(out, true), true)
        .show(job(1000, tasks.toArray(FleetTask[]::new)));

    assertThat(out.toString().lines()).hasSizeLessThan(24).anyMatch(l -> l.contains("482 more"));
    assertThat(out.toString().lines().skip(1)).allMatch(line -> line.length() < 80);
  }
}
