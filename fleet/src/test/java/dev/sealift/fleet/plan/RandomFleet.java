package dev.sealift.fleet.plan;

import static dev.sealift.fleet.plan.Fleets.GIB;
import static dev.sealift.fleet.plan.Fleets.guest;
import static dev.sealift.fleet.plan.Fleets.host;
import static dev.sealift.fleet.plan.Fleets.limits;
import static dev.sealift.fleet.plan.Fleets.platform;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.fleet.FleetView;
import dev.sealift.fleet.GuestRecord;
import dev.sealift.fleet.HostRecord;
import dev.sealift.fleet.Job;
import dev.sealift.fleet.JobPolicy;
import dev.sealift.fleet.MoveRecord;
import dev.sealift.fleet.Versioned;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * A fleet and its job, in which things happen that a seed draws: hosts come and go, sources answer
 * or do not, guests stop, and coordinators die with half of a step written. It checks each step.
 */
final class RandomFleet {
  private final Random random;
  private final JobPolicy policy;
  private final Map<String, HostRecord> all = new HashMap<>();
  private final Map<String, HostRecord> hosts = new HashMap<>();
  private final Map<String, Versioned<GuestRecord>> guests = new HashMap<>();
  private final Map<String, MoveRecord> moves = new HashMap<>();
  private Job job;
  private Instant now = Instant.EPOCH.plusSeconds(1000);

  RandomFleet(long seed) {
    random = new Random(seed);
    int count = 3 + random.nextInt(6);
    for (int i = 0; i < count; i++) {
      HostRecord host =
          host(
              "h" + i,
              16 + random.nextInt(64),
              platform("Milan", 50 + random.nextInt(6), "us", random.nextInt(4) > 0),
              "r" + i % 3);
      all.put(host.name(), host);
    }
    hosts.putAll(all);
    for (int i = 0; i < 2 + random.nextInt(14); i++) {
      GuestRecord guest =
          guest(
              "g" + i,
              "h" + random.nextInt(Math.min(count, 2)),
              1 + random.nextInt(8),
              random.nextInt(10) == 0 ? 8 : random.nextInt(4) == 0 ? 4 : 0,
              random.nextInt(3) == 0 ? "group" : "");
      guests.put(guest.name(), new Versioned<>(guest, 0));
    }
    policy =
        limits(
            1 + random.nextInt(6),
            1 + random.nextInt(3),
            1 + random.nextInt(2),
            1 + random.nextInt(3));
    job = NewJobs.evacuation("j", view(), Set.of("h0"), policy, Prediction.ASSUMED);
  }

  Job job() {
    return job;
  }

  FleetView view() {
    return new FleetView(hosts, guests, moves);
  }

  /** One thing, whichever it is. */
  void happens() {
    switch (random.nextInt(20)) {
      case 0 -> hosts.remove(any(all.keySet()));
      case 1, 2 -> {
        String name = any(all.keySet());
        hosts.put(name, all.get(name));
      }
      case 3 -> {
        if (random.nextInt(6) == 0 && !guests.isEmpty()) {
          guests.remove(any(guests.keySet()));
        }
      }
      case 4 -> {
        if (random.nextInt(10) == 0 && job.state() == Job.State.UNDER_WAY) {
          job = in(Job.State.CANCELLING);
        }
      }
      case 5, 6, 7, 8, 9, 10 -> sourceActs(8);
      default -> coordinates(random.nextInt(4) == 0);
    }
    now = now.plusMillis(random.nextInt(3000));
  }

  /** Everybody is back, and stays. */
  void recovers() {
    hosts.putAll(all);
  }

  /** Nothing breaks any more. */
  void goesOn() {
    sourceActs(20);
    coordinates(false);
    now = now.plusMillis(1000);
  }

  private Job in(Job.State state) {
    return new Job(job.id(), job.kind(), job.subject(), job.policy(), state, job.tasks());
  }

  private void coordinates(boolean dies) {
    Step step = JobRules.step(view(), job, now);
    checkOrders(step);
    if (!dies) {
      job = step.next();
      step.orders().forEach(order -> moves.put(order.guest(), order));
      Step again = JobRules.step(view(), job, now);
      assertThat(again.next()).isEqualTo(job);
      assertThat(again.orders()).isEmpty();
      return;
    }
    Step unwritten = JobRules.step(view(), step.next(), now);
    assertThat(unwritten.next()).as("a step that nobody has seen").isEqualTo(step.next());
    assertThat(unwritten.orders()).containsExactlyInAnyOrderElementsOf(step.orders());
    if (random.nextBoolean()) {
      job = step.next();
    }
    int written = step.orders().isEmpty() ? 0 : random.nextInt(step.orders().size() + 1);
    step.orders().subList(0, written).forEach(order -> moves.put(order.guest(), order));
  }

  private void checkOrders(Step step) {
    FleetView after = step.after(view());
    for (MoveRecord order : step.orders()) {
      MoveRecord before = moves.get(order.guest());
      if (before != null && !before.ended()) {
        assertThat(order.cancel()).as("an order while another one is under way").isTrue();
        assertThat(order.attempt()).isEqualTo(before.attempt());
        assertThat(order.destination()).isEqualTo(before.destination());
      }
      if (!order.cancel() && hosts.containsKey(order.destination())) {
        checkLimits(after, order);
      }
    }
  }

  private void checkLimits(FleetView after, MoveRecord order) {
    List<MoveRecord> live = new ArrayList<>();
    after
        .moves()
        .values()
        .forEach(move -> {
          Versioned<GuestRecord> guest = after.guests().get(move.guest());
          if (guest != null && FleetBooks.isUnderWay(move, guest.value())) {
            live.add(move);
          }
        });
    assertThat(live.stream().filter(move -> hosts.containsKey(move.source())))
        .as("moves at a time")
        .hasSizeLessThanOrEqualTo(policy.parallel());
    for (String host : List.of(order.source(), order.destination())) {
      assertThat(
              live.stream()
                  .filter(move -> move.source().equals(host) || move.destination().equals(host)))
          .as("moves of a host")
          .hasSizeLessThanOrEqualTo(policy.perHost());
    }
    assertThat(
            live.stream()
                .filter(move -> move.source().equals(order.source()))
                .filter(move -> move.destination().equals(order.destination())))
        .hasSizeLessThanOrEqualTo(policy.perLink());
    checkRoom(after, order, live);
  }

  private static void checkRoom(FleetView after, MoveRecord order, List<MoveRecord> live) {
    long there =
        after.guests().values().stream()
            .filter(guest -> guest.value().owner().equals(order.destination()))
            .mapToLong(guest -> guest.value().shape().memoryBytes())
            .sum();
    long coming =
        live.stream()
            .filter(move -> move.destination().equals(order.destination()))
            .mapToLong(move -> after.guests().get(move.guest()).value().shape().memoryBytes())
            .sum();
    assertThat(there + coming)
        .isLessThan(after.hosts().get(order.destination()).capacity().memoryBytes() - GIB / 2);
  }

  /** The sources that are there answer some of their orders, each in the way that a draw says. */
  private void sourceActs(int most) {
    for (MoveRecord move : List.copyOf(moves.values())) {
      Versioned<GuestRecord> guest = guests.get(move.guest());
      if (move.ended() || !hosts.containsKey(move.source()) || random.nextInt(20) >= most) {
        continue;
      }
      if (guest == null) {
        moves.put(move.guest(), move.failed("gone"));
      } else if (!guest.value().owner().equals(move.source())) {
        moves.put(move.guest(), move.done());
      } else if (move.state() == MoveRecord.State.ORDERED && !move.cancel()) {
        moves.put(move.guest(), move.moving(null, null));
      } else if (move.cancel() || random.nextInt(4) == 0) {
        moves.put(move.guest(), move.failed("no luck"));
      } else {
        guests.put(
            move.guest(),
            new Versioned<>(guest.value().ownedBy(move.destination()), guest.version() + 1));
        if (random.nextBoolean()) {
          moves.put(move.guest(), move.done());
        }
      }
    }
  }

  private String any(Set<String> names) {
    List<String> sorted = names.stream().sorted().toList();
    return sorted.get(random.nextInt(sorted.size()));
  }
}
