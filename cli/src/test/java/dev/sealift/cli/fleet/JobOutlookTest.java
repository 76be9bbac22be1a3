package dev.sealift.cli.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.fleet.Capacity;
import dev.sealift.fleet.FleetView;
import dev.sealift.fleet.GuestRecord;
import dev.sealift.fleet.GuestShape;
import dev.sealift.fleet.HostRecord;
import dev.sealift.fleet.Job;
import dev.sealift.fleet.JobPolicy;
import dev.sealift.fleet.JobTask;
import dev.sealift.fleet.MoveRecord;
import dev.sealift.fleet.PlatformRecord;
import dev.sealift.fleet.Versioned;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The time that a job still takes")
class JobOutlookTest {
  private static final long MEMORY = 1L << 30;
  private final Map<String, MoveRecord> moves = new HashMap<>();

  private static HostRecord host(String name) {
    return new HostRecord(
        name,
        name + ":7325",
        "sha256:" + name,
        new PlatformRecord("model", 1, 55, 21, "", "", "", "", true),
        new Capacity(64L << 30, 100, 100),
        1_250_000_000,
        true,
        Map.of());
  }

  private FleetView fleet() {
    Map<String, Versioned<GuestRecord>> guests = new HashMap<>();
    for (String guest : List.of("a", "b", "c", "d")) {
      guests.put(
          guest,
          new Versioned<>(
              new GuestRecord(guest, "host-a", new GuestShape(MEMORY, 0, 0, 0), ""), 0));
    }
    return new FleetView(Map.of("host-a", host("host-a"), "host-b", host("host-b")), guests, moves);
  }

  private static Job job(Map<String, JobTask.State> guests) {
    List<JobTask> tasks =
        new TreeMap<>(guests)
            .entrySet().stream()
                .map(task -> new JobTask(task.getKey(), "host-a", "host-b", task.getValue(), 1, ""))
                .toList();
    return new Job("1", Job.Kind.EVACUATE, "host-a", JobPolicy.DEFAULT, Job.State.UNDER_WAY, tasks);
  }

  private void moves(String guest, Long bytesLeft, Double secondsLeft) {
    moves.put(
        guest,
        new MoveRecord(
            guest,
            "1",
            1,
            "host-a",
            "host-b",
            0,
            300,
            MoveRecord.State.MOVING,
            false,
            bytesLeft,
            secondsLeft,
            ""));
  }

  @Test
  void shrinksWithEachGuestAndIsKnownAllTheTime() {
    var waiting = JobTask.State.WAITING;
    var moving = JobTask.State.MOVING;
    var moved = JobTask.State.MOVED;
    Double before =
        JobOutlook.secondsLeft(
            fleet(), job(Map.of("a", waiting, "b", waiting, "c", waiting, "d", waiting)));
    moves("a", MEMORY / 2, null);
    moves("b", MEMORY / 2, null);
    Double halfOfTwo =
        JobOutlook.secondsLeft(
            fleet(), job(Map.of("a", moving, "b", moving, "c", waiting, "d", waiting)));
    Double twoLeft =
        JobOutlook.secondsLeft(
            fleet(), job(Map.of("a", moved, "b", moved, "c", waiting, "d", waiting)));
    moves("d", 4096L, 0.5);
    Double lastRound =
        JobOutlook.secondsLeft(
            fleet(), job(Map.of("a", moved, "b", moved, "c", moved, "d", moving)));

    assertThat(before).isGreaterThan(halfOfTwo);
    assertThat(halfOfTwo).isGreaterThan(twoLeft);
    assertThat(twoLeft).isGreaterThan(0.5);
    assertThat(lastRound).isEqualTo(0.5);
  }
}
