package dev.sealift.cli.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.cli.view.FleetAttempt;
import dev.sealift.cli.view.FleetJob;
import dev.sealift.cli.view.FleetJobStory;
import dev.sealift.cli.view.FleetTask;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The report of a fleet's job")
class FleetReportTest {
  private static String words(String html) {
    return html.replaceAll("(?s)<style>.*</style>", "")
        .replaceAll("<[^>]*>", " ")
        .replace('\u00a0', ' ')
        .replaceAll("\\s+", " ");
  }

  @Test
  void saysWhatWasAskedForWhatMovedWhenAndWhatStaysAndWhy() {
    assertThat(words(FleetReport.document(FleetExamples.story())))
        .contains("evacuate host-a 1 stays")
        .contains("8 of 9 moved, 1 failed.")
        .contains("Attempts 10 2 failed")
        .contains("Longest move 31.0 s of ledger")
        .contains(
            "licence host-a no host failed its policy forbids it to leave its platform (NOSEND)")
        .contains("cache 1 host-b 6.5 s the destination host-b hung up")
        .contains("host-a 9 guests 11 GiB of 32 GiB, 34 % 1 guest 1 GiB of 32 GiB, 3 %")
        .contains("The fleet has 1 more host, with which the job had nothing to do.")
        .contains("parallel 8 per-host 2");
  }

  @Test
  void isOneFileThatAsksForNothingAndTakesWhatOthersSayAsText() {
    String evil = "<script>alert(1)</script>\"' onload=x";
    var job =
        new FleetJob(
            evil,
            evil,
            evil,
            "ended",
            null,
            List.of(new FleetTask(evil, evil, evil, "failed", 1, null, null, evil)));
    var attempt =
        new FleetAttempt(
            evil, evil, evil, 1, Examples.BEGAN, Examples.BEGAN.plusSeconds(1), "failed", evil);
    String report =
        FleetReport.document(
            new FleetJobStory(
                evil,
                Map.of(evil, evil),
                job,
                Examples.BEGAN,
                Examples.BEGAN.plusSeconds(2),
                List.of(),
                List.of(),
                Map.of(),
                List.of(attempt)));

    assertThat(report)
        .doesNotContain("<script")
        .doesNotContain("\" onload")
        .doesNotContain("http://127")
        .contains("&lt;script&gt;alert(1)");
  }

  @Test
  void drawsTheFirstGuestsOfAVeryLargeJobAndListsAll() {
    List<FleetTask> tasks = new ArrayList<>();
    List<FleetAttempt> attempts = new ArrayList<>();
    for (int i = 0; i < 2048; i++) {
      String guest = "guest-" + i;
      tasks.add(new FleetTask(guest, "host-a", "host-b", "moved", 1, null, null, ""));
      attempts.add(
          new FleetAttempt(
              guest,
              "host-a",
              "host-b",
              1,
              Examples.BEGAN.plusSeconds(i),
              Examples.BEGAN.plusSeconds(i + 20),
              "moved",
              ""));
    }
    String report =
        FleetReport.document(
            new FleetJobStory(
                "zk://zk1",
                Map.of(),
                new FleetJob("1", "evacuate", "host-a", "ended", null, tasks),
                Examples.BEGAN,
                Examples.BEGAN.plusSeconds(2068),
                List.of(),
                List.of(),
                Map.of(),
                attempts));

    assertThat(words(report))
        .contains("The first 120 of 2,048 guests are drawn")
        .contains("guest-2047 host-a host-b moved");
    assertThat(report).hasSizeLessThan(2_000_000);
  }
}
