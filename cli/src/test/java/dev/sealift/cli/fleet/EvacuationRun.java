package dev.sealift.cli.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.cli.Answer;
import dev.sealift.cli.control.Order;
import dev.sealift.cli.control.Proof;
import dev.sealift.cli.control.Started;
import dev.sealift.cli.view.GuestView;
import dev.sealift.cli.view.HostView;
import dev.sealift.cli.view.MoveView;
import dev.sealift.fleet.GuestRecord;
import dev.sealift.fleet.Job;
import dev.sealift.fleet.JobTask;
import dev.sealift.fleet.Versioned;
import dev.sealift.fleet.registry.RegistryException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** One host of a fleet is emptied, and something happens meanwhile. */
final class EvacuationRun {
  private static final long MEBIBYTE = 1 << 20;
  private static final long MEMORY = 8 * MEBIBYTE;
  private static final long PAGES = MEMORY / 4096;
  private static final Duration PATIENCE = Duration.ofMinutes(8);
  private static final Duration LOOK = Duration.ofMillis(200);

  private final FleetLab lab;
  private final int source;
  private final List<String> guests = new ArrayList<>();
  private final Path policy;

  /**
   * What came of it.
   *
   * @param moved guests that run elsewhere
   * @param stayed why the others did not
   * @param seconds from the order to the end of the job
   * @param still the longest that a guest was not seen to run
   */
  record Outcome(int guests, int moved, List<String> stayed, double seconds, Duration still) {}

  /** Something that happens. */
  record Blow(Mishap mishap, int afterMoved, long delayMillis, long lastsMillis) {}

  EvacuationRun(FleetLab lab, Path folder, String name, int source, int count) throws Exception {
    this.lab = lab;
    this.source = source;
    policy = folder.resolve("policy");
    // Slow enough that there is something to fall upon.
    Files.writeString(
        policy,
        """
        parallel = 6
        per-host = 6
        per-link = 2
        attempts = 20
        bandwidth = 3MiB
        downtime = 1s
        headroom = 0
        """);
    for (int i = 0; i < count; i++) {
      guests.add("%s-%02d".formatted(name, i));
    }
  }

  /** From the launch of the guests to their end. */
  Outcome take(List<Blow> blows, Random random) throws Exception {
    for (String guest : guests) {
      Started started =
          lab.ask(
              source,
              new Order.GuestStart(guest, MEMORY, "writer:hot=512K", "nodbg,noks,sev", false, null),
              Started.class);
      assertThat(started.accepted()).isTrue();
    }
    try (Watcher watcher = Watcher.of(lab);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      long began = System.nanoTime();
      String job = order();
      List<Future<?>> falling = new ArrayList<>();
      for (Blow blow : blows) {
        var its = new Random(random.nextLong());
        falling.add(
            threads.submit(() -> {
              await("moved " + blow.afterMoved(), () -> ended(job) >= blow.afterMoved());
              Thread.sleep(blow.delayMillis());
              blow.mishap().befall(lab, source, its, blow.lastsMillis());
              return null;
            }));
      }
      await("the job's end", () -> job(job).state() == Job.State.ENDED);
      double seconds = (System.nanoTime() - began) / 1e9;
      for (Future<?> blow : falling) {
        blow.get();
      }
      await("rest", this::rest);
      watcher.close();
      assertThat(watcher.doubled()).as("guests that ran twice").isEmpty();
      List<String> stayed =
          job(job).tasks().stream()
              .filter(task -> task.state() != JobTask.State.MOVED)
              .map(task -> task.guest() + ": " + task.reason())
              .toList();
      prove(stayed.size());
      return new Outcome(
          guests.size(), guests.size() - stayed.size(), stayed, seconds, watcher.longestStill());
    }
  }

  private String order() {
    Answer begun =
        Answer.to(
            "fleet",
            "evacuate",
            FleetLab.name(source),
            "--registry",
            lab.address(),
            "--policy",
            policy.toString(),
            "--detach",
            "--json");
    assertThat(begun.code()).as(begun.err()).isZero();
    return begun.jsonOnLastLine().path("id").asString();
  }

  private Job job(String id) throws RegistryException {
    return lab.registry().job(id).orElseThrow().value();
  }

  private long ended(String job) throws RegistryException {
    return job(job).tasks().stream().filter(JobTask::ended).count();
  }

  private void await(String what, Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!holds(condition)) {
      assertThat(System.nanoTime())
          .as(() -> "waited in vain for %s: %s".formatted(what, standing()))
          .isLessThan(end);
      Thread.sleep(LOOK);
    }
  }

  private static boolean holds(Callable<Boolean> condition) throws Exception {
    try {
      return condition.call();
    } catch (RegistryException notNow) {
      return false;
    }
  }

  /** Where each guest is, by the hosts: those that have anything of it. */
  private Map<String, List<String>> whereabouts() {
    Map<String, List<String>> found = new TreeMap<>();
    for (int host = 1; host <= FleetLab.HOSTS; host++) {
      Optional<HostView> view = lab.look(host);
      if (view.isEmpty()) {
        return Map.of();
      }
      for (GuestView guest : view.get().guests()) {
        found
            .computeIfAbsent(guest.name(), _ -> new ArrayList<>())
            .add(FleetLab.name(host) + " " + guest.state());
      }
    }
    return found;
  }

  /** One host has each guest and runs it, the registry says the same, and no move is open. */
  private boolean rest() throws RegistryException {
    Map<String, List<String>> found = whereabouts();
    for (String guest : guests) {
      Optional<Versioned<GuestRecord>> record = lab.registry().guest(guest);
      if (record.isEmpty()
          || !found
              .getOrDefault(guest, List.of())
              .equals(List.of(record.get().value().owner() + " running"))) {
        return false;
      }
    }
    for (int host = 1; host <= FleetLab.HOSTS; host++) {
      Optional<HostView> view = lab.look(host);
      if (view.isEmpty() || !view.get().moves().stream().allMatch(MoveView::ended)) {
        return false;
      }
    }
    return lab.registry().view().hosts().size() == FleetLab.HOSTS
        && lab.registry().view().guests().size() == guests.size();
  }

  /** For who reads why a run failed. */
  private String standing() {
    var words = new StringBuilder("\n");
    whereabouts().forEach((guest, where) -> words.append("%s: %s%n".formatted(guest, where)));
    for (int host = 1; host <= FleetLab.HOSTS; host++) {
      lab.look(host)
          .ifPresent(view ->
              view.moves().stream()
                  .filter(move -> !move.ended())
                  .forEach(move -> words.append("open: %s%n".formatted(move))));
    }
    words.append(Answer.to("fleet", "status", "--registry", lab.address()).out());
    return words.toString();
  }

  /** Every page of every guest, at the host that owns it; then it is ended there. */
  private void prove(int atSource) throws Exception {
    Map<String, Integer> homes = new TreeMap<>();
    for (String guest : guests) {
      String owner = lab.registry().guest(guest).orElseThrow().value().owner();
      int home = Integer.parseInt(owner.substring(owner.indexOf('-') + 1));
      homes.put(guest, home);
      lab.ask(home, new Order.GuestPause(guest), GuestView.class);
    }
    assertThat(homes.values().stream().filter(home -> home == source)).hasSize(atSource);
    for (Map.Entry<String, Integer> home : homes.entrySet()) {
      Proof proof = lab.ask(home.getValue(), new Order.GuestProve(home.getKey()), Proof.class);
      assertThat(proof.pagesCompared()).as(home.getKey()).isEqualTo(PAGES);
      assertThat(proof.mismatches()).as(home.getKey()).isZero();
      assertThat(proof.steps()).as(home.getKey()).isPositive();
      lab.ask(home.getValue(), new Order.GuestStop(home.getKey()), GuestView.class);
    }
    await("the end of the guests", () -> lab.registry().view().guests().isEmpty());
  }
}
