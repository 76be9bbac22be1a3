package dev.sealift.fleet.plan;

import static dev.sealift.fleet.plan.Fleets.apart;
import static dev.sealift.fleet.plan.Fleets.closed;
import static dev.sealift.fleet.plan.Fleets.guest;
import static dev.sealift.fleet.plan.Fleets.host;
import static dev.sealift.fleet.plan.Fleets.platform;
import static dev.sealift.fleet.plan.Fleets.view;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.crypto.GuestPolicy;
import dev.sealift.fleet.FleetView;
import dev.sealift.fleet.GuestRecord;
import dev.sealift.fleet.HostRecord;
import dev.sealift.fleet.Job;
import dev.sealift.fleet.JobPolicy;
import dev.sealift.fleet.JobTask;
import dev.sealift.fleet.Versioned;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A planner")
class PlannerTest {
  private static final HostRecord A = host("a");

  @Test
  @DisplayName("sends a guest to the host whose memory is taken least")
  void leastLoaded() {
    FleetView fleet =
        view(
            List.of(A, host("b"), host("c")),
            guest("g", "a"),
            guest("h", "b", 8, 0, ""),
            guest("i", "c", 2, 0, ""));

    assertThat(choose(fleet, JobPolicy.DEFAULT, "g")).isEqualTo(new Choice.To("c"));
  }

  @ParameterizedTest(name = "{1} at a {2} with API 1.{3} of {4}: {0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          NOSEND     | nosend        | Milan | 55 | us   | true
          API        | api=1.56      | Milan | 55 | us   | true
          OWNER      | domain        | Milan | 55 | them | true
          ROOT       | sev           | model | 55 | us   | true
          ES         | es            | Milan | 55 | us   | false
          """)
  @DisplayName("keeps a guest from a host that its policy forbids, and says why")
  void guestPolicy(
      Obstacle obstacle, String policy, String generation, int minor, String owner, boolean es) {
    HostRecord other = host("b", 64, platform(generation, minor, owner, es), "r");
    int word = GuestPolicy.parse(policy).word();
    FleetView fleet = view(List.of(A, other), guest("g", "a", 4, word, ""));

    assertThat(choose(fleet, JobPolicy.DEFAULT, "g"))
        .isInstanceOfSatisfying(
            Choice.Nowhere.class,
            nowhere -> {
              assertThat(nowhere.refusals()).extracting(Refusal::obstacle).containsOnly(obstacle);
              assertThat(nowhere.sentence()).contains(obstacle == Obstacle.NOSEND ? "a" : "b");
            });
  }

  @Test
  @DisplayName("leaves the headroom of a host free, and counts what is on its way there")
  void room() {
    FleetView fleet =
        view(
            List.of(A, host("b", 16, A.platform(), "r")),
            guest("g", "a", 8, 0, ""),
            guest("h", "a", 8, 0, ""));
    var planner = new Planner(fleet, JobPolicy.DEFAULT, Set.of());
    assertThat(planner.choose(found(fleet, "g"), "")).isEqualTo(new Choice.To("b"));

    planner.books().promise(found(fleet, "g"), "b");

    assertThat(obstacles(planner.choose(found(fleet, "h"), "")))
        .containsExactly(Map.entry("b", Obstacle.MEMORY));
  }

  @Test
  @DisplayName("keeps guests of a group on different hosts, or in different racks if asked to")
  void antiAffinity() {
    HostRecord b = host("b", 64, A.platform(), "r1");
    HostRecord c = host("c", 64, A.platform(), "r1");
    FleetView fleet =
        view(List.of(A, b, c), guest("db-1", "a", 4, 0, "db"), guest("db-2", "b", 4, 0, "db"));

    assertThat(choose(fleet, JobPolicy.DEFAULT, "db-1")).isEqualTo(new Choice.To("c"));
    assertThat(choose(fleet, apart("rack"), "db-1"))
        .isInstanceOfSatisfying(
            Choice.Nowhere.class,
            nowhere ->
                assertThat(nowhere.refusals())
                    .allMatch(refusal -> refusal.reason().contains("db-2"))
                    .hasSize(2));
  }

  @Test
  @DisplayName("has every reason counted where many hosts refuse")
  void summary() {
    FleetView fleet = view(List.of(A, closed(host("b")), closed(host("c"))), guest("g", "a"));

    assertThat(choose(fleet, JobPolicy.DEFAULT, "g"))
        .isInstanceOfSatisfying(
            Choice.Nowhere.class,
            nowhere ->
                assertThat(nowhere.sentence())
                    .isEqualTo("no host can take it: of the hosts, 2 take no guests"));
  }

  @Test
  @DisplayName("has the moves of an evacuation in the order of their time, longest first or last")
  void order() {
    FleetView fleet =
        view(
            List.of(A, host("b")),
            guest("small", "a", 1, 0, ""),
            guest("large", "a", 16, 0, ""),
            guest("other", "b"));

    Job job = NewJobs.evacuation("j", fleet, Set.of("a"), JobPolicy.DEFAULT, Prediction.ASSUMED);

    assertThat(job.tasks()).extracting(JobTask::guest).containsExactly("large", "small");
    assertThat(job.subject()).isEqualTo("a");
  }

  @Test
  @DisplayName("rebalances with few guests, and none where the hosts are alike")
  void rebalance() {
    GuestRecord[] guests = new GuestRecord[8];
    for (int i = 0; i < guests.length; i++) {
      guests[i] = guest("g" + i, "a", 4, 0, "");
    }
    FleetView fleet = view(List.of(A, host("b"), host("c")), guests);

    Job job = Rebalance.of("j", fleet, JobPolicy.DEFAULT, Prediction.ASSUMED, 15);

    FleetView after = moved(fleet, job);
    assertThat(job.tasks()).hasSize(4);
    assertThat(owners(after).values()).containsExactlyInAnyOrder(4L, 2L, 2L);
    assertThat(Rebalance.of("k", after, JobPolicy.DEFAULT, Prediction.ASSUMED, 15).tasks())
        .isEmpty();
  }

  @Test
  @DisplayName("says of every guest of a job where it would go, and how long that would take")
  void preview() {
    FleetView fleet =
        view(
            List.of(A, host("b"), host("c")),
            guest("g", "a"),
            guest("stays", "a", 1, GuestPolicy.parse("nosend").word(), ""));
    Job job = NewJobs.evacuation("j", fleet, Set.of("a"), JobPolicy.DEFAULT, Prediction.ASSUMED);

    List<Preview.Planned> moves = Preview.of(fleet, job, Prediction.ASSUMED).moves();

    assertThat(moves.getFirst().choice()).isEqualTo(new Choice.To("b"));
    assertThat(moves.getFirst().forecast().total()).isPositive();
    assertThat(moves.getLast().choice()).isInstanceOf(Choice.Nowhere.class);
  }

  private static Choice choose(FleetView fleet, JobPolicy policy, String guest) {
    return new Planner(fleet, policy, Set.of()).choose(found(fleet, guest), "");
  }

  private static GuestRecord found(FleetView fleet, String name) {
    return fleet.guests().get(name).value();
  }

  private static Map<String, Obstacle> obstacles(Choice choice) {
    return ((Choice.Nowhere) choice)
        .refusals().stream().collect(Collectors.toMap(Refusal::host, Refusal::obstacle));
  }

  private static FleetView moved(FleetView fleet, Job job) {
    Map<String, Versioned<GuestRecord>> guests = new HashMap<>(fleet.guests());
    job.tasks()
        .forEach(task ->
            guests.computeIfPresent(
                task.guest(), (_, guest) -> new Versioned<>(guest.value().ownedBy(task.to()), 1)));
    return new FleetView(fleet.hosts(), guests, fleet.moves());
  }

  private static Map<String, Long> owners(FleetView fleet) {
    return fleet.guests().values().stream()
        .collect(Collectors.groupingBy(guest -> guest.value().owner(), Collectors.counting()));
  }
}
