package dev.sealift.fleet.plan;

import static dev.sealift.fleet.plan.Fleets.guest;
import static dev.sealift.fleet.plan.Fleets.host;
import static dev.sealift.fleet.plan.Fleets.limits;
import static dev.sealift.fleet.plan.Fleets.view;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.fleet.FleetView;
import dev.sealift.fleet.GuestRecord;
import dev.sealift.fleet.Job;
import dev.sealift.fleet.JobPolicy;
import dev.sealift.fleet.JobTask;
import dev.sealift.fleet.MoveRecord;
import dev.sealift.fleet.Versioned;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A job")
class JobRulesTest {
  private static final Instant NOW = Instant.EPOCH.plusSeconds(100);

  static IntStream seeds() {
    return IntStream.range(0, 200);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  @DisplayName("keeps its limits and ends, whatever hosts answer and whenever coordinators die")
  void anyFleet(int seed) {
    var world = new RandomFleet(seed);
    for (int i = 0; i < 120; i++) {
      world.happens();
    }
    world.recovers();
    int left = 4000;
    while (world.job().state() != Job.State.ENDED) {
      assertThat(left--).as("steps left for %s", world.job()).isPositive();
      world.goesOn();
    }
    assertThat(world.job().tasks()).allMatch(JobTask::ended);
    for (JobTask task : world.job().tasks()) {
      Versioned<GuestRecord> guest = world.view().guests().get(task.guest());
      if (task.state() == JobTask.State.MOVED && guest != null) {
        assertThat(guest.value().owner()).isEqualTo(task.to()).isNotEqualTo(task.from());
      }
    }
  }

  @Test
  @DisplayName("tries a guest again after a while, at another host if there is one")
  void anotherHost() {
    FleetView fleet = view(List.of(host("a"), host("b"), host("c")), guest("g", "a"));
    Step first = JobRules.step(fleet, evacuation(fleet, JobPolicy.DEFAULT), NOW);
    MoveRecord order = first.orders().getFirst();
    FleetView refused = with(fleet, order.failed("the link broke"));

    Step second = JobRules.step(refused, first.next(), NOW);
    Step third = JobRules.step(refused, second.next(), NOW.plusSeconds(6));

    assertThat(second.orders()).isEmpty();
    assertThat(second.next().tasks().getFirst().reason()).isEqualTo("the link broke");
    assertThat(third.orders().getFirst().destination()).isNotEqualTo(order.destination());
    assertThat(third.orders().getFirst().attempt()).isEqualTo(2);
  }

  @Test
  @DisplayName("counts a guest as moved that its destination owns, though its source says nothing")
  void sourceIsGone() {
    FleetView fleet = view(List.of(host("a"), host("b")), guest("g", "a"));
    Step first = JobRules.step(fleet, evacuation(fleet, JobPolicy.DEFAULT), NOW);
    FleetView after = with(view(List.of(host("b")), guest("g", "b")), first.orders().getFirst());

    Job next = JobRules.step(after, first.next(), NOW).next();

    assertThat(next.state()).isEqualTo(Job.State.ENDED);
    assertThat(next.tasks().getFirst().state()).isEqualTo(JobTask.State.MOVED);
  }

  @Test
  @DisplayName("waits for a guest whose host is not there, and says so")
  void hostIsNotThere() {
    FleetView fleet = view(List.of(host("b")), guest("g", "a"));

    Step step = JobRules.step(fleet, evacuation(fleet, JobPolicy.DEFAULT), NOW);

    assertThat(step.orders()).isEmpty();
    assertThat(step.next().tasks().getFirst().reason()).isEqualTo("its host a is not there");
  }

  @Test
  @DisplayName("that is cancelled calls off what moves, and begins nothing")
  void cancelled() {
    FleetView fleet = view(List.of(host("a"), host("b")), guest("g", "a"), guest("h", "a"));
    Step first = JobRules.step(fleet, evacuation(fleet, limits(1, 1, 1, 3)), NOW);
    FleetView moving = with(fleet, first.orders().getFirst().moving(null, null));
    Job job = first.next();
    Job cancelling =
        new Job(
            job.id(), job.kind(), job.subject(), job.policy(), Job.State.CANCELLING, job.tasks());

    Step step = JobRules.step(moving, cancelling, NOW);

    assertThat(step.orders()).singleElement().matches(MoveRecord::cancel);
    assertThat(step.next().tasks())
        .extracting(JobTask::state)
        .containsExactly(JobTask.State.MOVING, JobTask.State.CANCELLED);
    FleetView off = with(fleet, step.orders().getFirst().failed("called off"));
    assertThat(JobRules.step(off, step.next(), NOW).next().state()).isEqualTo(Job.State.ENDED);
  }

  private static Job evacuation(FleetView fleet, JobPolicy policy) {
    return NewJobs.evacuation("j", fleet, Set.of("a"), policy, Prediction.ASSUMED);
  }

  private static FleetView with(FleetView fleet, MoveRecord move) {
    Map<String, MoveRecord> moves = new HashMap<>(fleet.moves());
    moves.put(move.guest(), move);
    return new FleetView(fleet.hosts(), fleet.guests(), moves);
  }
}
