package dev.sealift.cli.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.cli.view.FleetAttempt;
import dev.sealift.cli.view.FleetJob;
import dev.sealift.cli.view.FleetTask;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What is remembered of a job that is followed")
class JobDiaryTest {
  private final JobDiary diary = new JobDiary(at(0));

  private static Instant at(int second) {
    return Instant.ofEpochSecond(second);
  }

  private void look(int second, String state, String to, int attempts, String reason) {
    var task = new FleetTask("web", "host-a", to, state, attempts, null, null, reason);
    diary.look(
        at(second), new FleetJob("1", "evacuate", "host-a", "under-way", null, List.of(task)));
  }

  @Test
  void isEachAttemptWithItsTimesAndWhyItFailed() {
    look(1, "waiting", "", 0, "");
    look(2, "moving", "host-b", 1, "");
    look(3, "moving", "host-b", 1, "");
    look(4, "waiting", "host-b", 1, "host-b hung up");
    look(5, "waiting", "host-b", 1, "host-b hung up");
    look(6, "moving", "host-c", 2, "");
    look(9, "moved", "host-c", 2, "");

    assertThat(diary.attempts())
        .containsExactly(
            new FleetAttempt(
                "web", "host-a", "host-b", 1, at(2), at(4), "failed", "host-b hung up"),
            new FleetAttempt("web", "host-a", "host-c", 2, at(6), at(9), "moved", ""));
  }

  @Test
  void hasTheTimesOfTheLooksWhereAMoveIsOverBetweenTwo() {
    look(1, "waiting", "", 0, "");
    look(2, "moved", "host-b", 1, "");

    assertThat(diary.attempts())
        .containsExactly(new FleetAttempt("web", "host-a", "host-b", 1, at(1), at(2), "moved", ""));
  }

  @Test
  void endsAnAttemptWhereTheNextOneHasBegun() {
    look(1, "moving", "host-b", 1, "");
    look(2, "moving", "host-c", 2, "");

    assertThat(diary.attempts())
        .containsExactly(
            new FleetAttempt("web", "host-a", "host-b", 1, at(1), at(2), "failed", ""),
            new FleetAttempt("web", "host-a", "host-c", 2, at(2), null, "moving", ""));
  }
}
