package dev.sealift.fleet.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.fleet.FleetView;
import dev.sealift.fleet.Job;
import dev.sealift.fleet.JobPolicy;
import dev.sealift.fleet.JobTask;
import dev.sealift.fleet.MoveRecord;
import java.io.File;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** Hosts that take orders, and who gives them, with three real servers. */
class FleetTest {
  private static final Duration SESSION = Duration.ofSeconds(15);

  private static ZooKeeperEnsemble ensemble;

  private final Map<String, FakeHost> hosts = new ConcurrentHashMap<>();
  private final List<AutoCloseable> opened = new ArrayList<>();
  private String root;
  private Registry registry;

  @BeforeAll
  static void start() throws Exception {
    ensemble = ZooKeeperEnsemble.start();
  }

  @AfterAll
  static void stop() throws Exception {
    ensemble.close();
  }

  @BeforeEach
  void connect(TestInfo test) {
    root = test.getTestMethod().orElseThrow().getName();
    registry = newRegistry();
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : opened.reversed()) {
      each.close();
    }
  }

  private Registry newRegistry() {
    var made =
        Registry.connect(
            new RegistrySettings(
                RegistryAddress.parse(ensemble.address(root)),
                null,
                SESSION,
                Duration.ofSeconds(8)));
    opened.add(made);
    return made;
  }

  private FakeHost host(String name, Registry its) {
    var host = new FakeHost(name, its, hosts::get);
    hosts.put(name, host);
    return host;
  }

  private HostAgent join(Registry its, FakeHost host) {
    HostAgent agent = HostAgent.join(its, host.ownership, host, words -> {});
    opened.add(agent);
    return agent;
  }

  private Coordinator coordinator(Registry its, String name) throws RegistryException {
    return Coordinator.start(its, name, InstantSource.system(), words -> {});
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void await(Condition condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.holds()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  private MoveRecord.State stateOf(String guest) throws Exception {
    return registry.order(guest).orElseThrow().value().state();
  }

  private static Job evacuation(String host, List<String> guests, int parallel) {
    JobPolicy usual = JobPolicy.DEFAULT;
    var policy =
        new JobPolicy(
            parallel,
            parallel,
            parallel,
            usual.order(),
            3,
            300,
            0,
            5,
            "",
            Map.of(),
            List.of(),
            0,
            0,
            false);
    return new Job(
        "j1",
        Job.Kind.EVACUATE,
        host,
        policy,
        Job.State.UNDER_WAY,
        guests.stream()
            .map(guest -> new JobTask(guest, host, "", JobTask.State.WAITING, 0, ""))
            .toList());
  }

  @Test
  void theNextCoordinatorEndsWhatTheFirstOneBegan() throws Exception {
    List<String> guests = List.of("g1", "g2", "g3", "g4", "g5", "g6");
    FakeHost a = host("host-a", registry);
    guests.forEach(a::start);
    a.slow = true;
    join(registry, a);
    join(registry, host("host-b", registry));
    join(registry, host("host-c", registry));
    await(() -> registry.view().guests().size() == 6 && registry.view().hosts().size() == 3);

    Registry firsts = newRegistry();
    Coordinator first = coordinator(firsts, "first");
    opened.add(first);
    await(first::leads);
    Coordinator second = coordinator(registry, "second");
    opened.add(second);
    registry.createJob(evacuation("host-a", guests, 2));
    await(() -> a.begun.size() == 2);
    assertThat(second.leads()).isFalse();

    firsts.close();
    a.slow = false;
    await(() -> registry.job("j1").orElseThrow().value().state() == Job.State.ENDED);
    assertThat(second.leads()).isTrue();
    assertThat(a.begun).containsExactlyInAnyOrderElementsOf(guests);
    assertThat(registry.job("j1").orElseThrow().value().tasks())
        .allSatisfy(task -> assertThat(task.state()).isEqualTo(JobTask.State.MOVED));
    FleetView after = registry.view();
    assertThat(after.guests().values())
        .hasSize(6)
        .allSatisfy(guest ->
            assertThat(hosts.get(guest.value().owner()).guests).containsKey(guest.value().name()));
    assertThat(a.guests).isEmpty();
  }

  @Test
  void anOrderIsDoneOnceThoughTwoLivesOfAHostSawIt() throws Exception {
    Registry firsts = newRegistry();
    FakeHost a = host("host-a", firsts);
    a.slow = true;
    a.start("web");
    a.start("db");
    HostAgent firstLife = join(firsts, a);
    join(registry, host("host-b", registry));
    await(() -> registry.view().guests().size() == 2 && registry.view().hosts().size() == 2);
    registry.createOrder(RegistryTest.order("web", "host-a", "host-b"));
    await(() -> a.begun.size() == 1);
    firstLife.close();
    firsts.close();

    // What the first life took up and did not begin.
    MoveRecord taken = RegistryTest.order("db", "host-a", "host-b");
    registry.createOrder(
        new MoveRecord(
            "db",
            taken.job(),
            1,
            "host-a",
            "host-b",
            0,
            300,
            MoveRecord.State.MOVING,
            false,
            null,
            null,
            ""));
    Registry seconds = newRegistry();
    FakeHost again = host("host-a", seconds);
    again.start("web");
    again.start("db");
    again.leaving.add("web");
    join(seconds, again);
    await(() -> stateOf("db") == MoveRecord.State.FAILED);
    assertThat(stateOf("web")).isEqualTo(MoveRecord.State.MOVING);

    // The journal brings the move of web to its end.
    again.ownership.grant("web", RegistryTest.key("host-b"));
    again.guests.remove("web");
    again.leaving.remove("web");
    await(() -> stateOf("web") == MoveRecord.State.DONE);
    assertThat(again.begun).isEmpty();
    assertThat(registry.guest("web").orElseThrow().value().owner()).isEqualTo("host-b");
    a.cancel("web");
  }

  @Test
  void aMoveIsCalledOffByItsOrder() throws Exception {
    FakeHost a = host("host-a", registry);
    a.slow = true;
    a.start("web");
    join(registry, a);
    join(registry, host("host-b", registry));
    await(() -> registry.view().guests().containsKey("web"));
    coordinatorWithJob();
    await(() -> a.begun.contains("web"));
    await(() -> {
      var job = registry.job("j1").orElseThrow();
      Job was = job.value();
      var cancelling =
          new Job(
              was.id(), was.kind(), was.subject(), was.policy(), Job.State.CANCELLING, was.tasks());
      try {
        registry.replaceJob(cancelling, job.version());
        return true;
      } catch (RegistryException stale) {
        return false;
      }
    });
    await(() -> registry.job("j1").orElseThrow().value().state() == Job.State.ENDED);
    MoveRecord order = registry.order("web").orElseThrow().value();
    assertThat(order.state()).isEqualTo(MoveRecord.State.FAILED);
    assertThat(order.reason()).isEqualTo("It was called off.");
    assertThat(registry.guest("web").orElseThrow().value().owner()).isEqualTo("host-a");
  }

  private void coordinatorWithJob() throws Exception {
    opened.add(coordinator(registry, "only"));
    await(() -> registry.view().hosts().size() == 2);
    registry.createJob(evacuation("host-a", List.of("web"), 1));
  }

  @Test
  void aHostThatComesBackStandsStillWithWhatIsAnothers() throws Exception {
    Registry its = newRegistry();
    var connected = new CountDownLatch(1);
    its.onLink(link -> connected.countDown());
    connected.await();
    FakeHost a = host("host-a", its);
    a.start("web");
    a.start("db");
    join(its, a);
    await(() -> registry.view().guests().size() == 2);
    registry.leave("host-a");
    assertThat(registry.forget("host-a")).containsExactlyInAnyOrder("web", "db");
    new RegistryOwnership(registry, "host-b").claim("web", FakeHost.SHAPE, "");
    assertThat(a.fenced).isEmpty();

    RegistryTest.endSession(its);
    await(() -> a.fenced.contains("web"));
    await(() -> registry.view().hosts().containsKey("host-a"));
    await(() -> registry.guest("db").orElseThrow().value().owner().equals("host-a"));
    assertThat(a.fenced).containsExactly("web");
    assertThat(registry.guest("web").orElseThrow().value().owner()).isEqualTo("host-b");
  }

  @Test
  void aGuestThatIsNoMoreIsForgotten() throws Exception {
    FakeHost a = host("host-a", registry);
    a.start("web");
    join(registry, a).wake();
    await(() -> registry.guest("web").isPresent());
    a.guests.remove("web");
    await(() -> registry.guest("web").isEmpty());
  }

  @Test
  @Tag("long")
  void aCoordinatorThatIsKilledIsFollowedByAnother() throws Exception {
    FakeHost a = host("host-a", registry);
    List<String> guests = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      guests.add("g" + i);
      a.start("g" + i);
    }
    join(registry, a);
    join(registry, host("host-b", registry));
    await(() -> registry.view().guests().size() == 12 && registry.view().hosts().size() == 2);
    Process first =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-Xmx64m",
                "-cp",
                asInstalled(),
                CoordinatorProcess.class.getName(),
                ensemble.address(root))
            .redirectErrorStream(true)
            .start();
    try {
      assertThat(first.inputReader().readLine()).isEqualTo("leads");
      opened.add(coordinator(registry, "second"));
      a.slow = true;
      registry.createJob(evacuation("host-a", guests, 4));
      await(() -> a.begun.size() == 4);
    } finally {
      first.destroyForcibly().waitFor();
    }
    a.slow = false;
    ensemble.kill(ensemble.leader());
    await(() -> endedEventually());
    assertThat(a.begun).containsExactlyInAnyOrderElementsOf(guests);
    assertThat(hosts.get("host-b").guests).containsOnlyKeys(guests);
  }

  /** The class path without the servers' jars: what an installed host has must be enough. */
  private static String asInstalled() {
    String all = System.getProperty("java.class.path");
    if (!all.matches(".*(sealift-zookeeper-|/zookeeper/target/).*")) {
      return all;
    }
    return Arrays.stream(all.split(File.pathSeparator))
        .filter(entry -> !entry.matches(".*/(netty|curator|zookeeper|zookeeper-jute)-[^/]*jar"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  private boolean endedEventually() {
    try {
      return registry.job("j1").orElseThrow().value().state() == Job.State.ENDED;
    } catch (RegistryException unreachable) {
      return false;
    }
  }
}
