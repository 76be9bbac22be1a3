package dev.sealift.fleet.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealift.fleet.Capacity;
import dev.sealift.fleet.GuestRecord;
import dev.sealift.fleet.GuestShape;
import dev.sealift.fleet.HostRecord;
import dev.sealift.fleet.Job;
import dev.sealift.fleet.JobPolicy;
import dev.sealift.fleet.JobTask;
import dev.sealift.fleet.MoveRecord;
import dev.sealift.fleet.PlatformRecord;
import dev.sealift.fleet.Versioned;
import dev.sealift.fleet.registry.RegistryException.Kind;
import dev.sealift.migration.handover.Ownership.Answer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** What a fleet can rely on, with three real servers. */
class RegistryTest {
  private static final GuestShape SHAPE = new GuestShape(64L << 20, 1, 100, 1000);

  private static ZooKeeperEnsemble ensemble;

  private final List<Registry> opened = new ArrayList<>();
  private String root;

  @BeforeAll
  static void start() throws Exception {
    ensemble = ZooKeeperEnsemble.start();
  }

  @AfterAll
  static void stop() throws Exception {
    ensemble.close();
  }

  @BeforeEach
  void name(TestInfo test) {
    root = test.getTestMethod().orElseThrow().getName();
  }

  @AfterEach
  void close() {
    opened.forEach(Registry::close);
  }

  /** At a follower, where a sync before a read waits for everything; the leader's does not. */
  private Registry registry() {
    return registry(null, ensemble.followers(root));
  }

  private Registry registry(RegistryLogin login, String address) {
    var registry =
        Registry.connect(
            new RegistrySettings(
                RegistryAddress.parse(address),
                login,
                Duration.ofSeconds(15),
                Duration.ofSeconds(8)));
    opened.add(registry);
    return registry;
  }

  static HostRecord host(String name) {
    return new HostRecord(
        name,
        "127.0.0.1:7325",
        key(name),
        new PlatformRecord("model", 1, 55, 24, "a".repeat(64), "", "", "", true),
        new Capacity(1L << 30, 15, 15),
        1_000_000_000,
        true,
        Map.of("rack", "r1"));
  }

  static String key(String host) {
    return "sha256:"
        + "%064x".formatted(new java.math.BigInteger(1, host.getBytes(StandardCharsets.UTF_8)));
  }

  private static GuestRecord guest(String name, String owner) {
    return new GuestRecord(name, owner, SHAPE, "");
  }

  static MoveRecord order(String guest, String from, String to) {
    return new MoveRecord(
        guest, "j1", 1, from, to, 0, 300, MoveRecord.State.ORDERED, false, null, null, "");
  }

  private static Kind refusal(Callable<?> question) throws Exception {
    try {
      question.call();
      return null;
    } catch (RegistryException e) {
      return e.kind();
    }
  }

  @Test
  void aGuestsNameIsOneHostsAlone() throws Exception {
    Registry a = registry();
    Registry b = registry();

    assertThat(a.claim(guest("web", "host-a")))
        .isEqualTo(new Versioned<>(guest("web", "host-a"), 0));
    assertThatThrownBy(() -> b.claim(guest("web", "host-b")))
        .isInstanceOf(RegistryException.class)
        .hasMessage("There is a guest web in the fleet already, and the host host-a owns it.");
    assertThat(a.claim(guest("web", "host-a")).version()).as("claimed again").isZero();

    a.release("web", 0);
    assertThat(b.claim(guest("web", "host-b")).value().owner()).isEqualTo("host-b");
  }

  @Test
  void aGuestIsHandedOverOnceAndByItsOwnerOnly() throws Exception {
    Registry a = registry();
    Registry b = registry();
    a.announce(host("host-a"));
    b.announce(host("host-b"));
    var source = new RegistryOwnership(a, "host-a");
    var destination = new RegistryOwnership(b, "host-b");
    var third = new RegistryOwnership(b, "host-c");
    source.claim("web", SHAPE, "");

    assertThat(source.knows(key("host-b"))).isEqualTo(Answer.YES);
    assertThat(source.knows(key("host-x"))).isEqualTo(Answer.NO);
    assertThat(source.holds("web")).isEqualTo(Answer.YES);
    assertThat(destination.holds("web")).isEqualTo(Answer.NO);
    assertThat(destination.isHeldBy("web", key("host-a"))).isEqualTo(Answer.YES);
    assertThat(third.grant("web", key("host-b"))).as("not its own").isEqualTo(Answer.NO);

    assertThat(source.grant("web", key("host-b"))).isEqualTo(Answer.YES);
    assertThat(source.grant("web", key("host-b"))).as("granted again").isEqualTo(Answer.YES);
    assertThat(source.holds("web")).isEqualTo(Answer.NO);
    assertThat(destination.holds("web")).isEqualTo(Answer.YES);
    assertThat(a.guest("web")).hasValue(new Versioned<>(guest("web", "host-b"), 1));
    assertThat(a.replaceOwner("web", "host-b", "host-c", 0))
        .as("at an old version")
        .isEqualTo(Registry.Handed.NOT_THE_OWNER);
  }

  @Test
  void aGuestThatComesBackIsItsFirstHostsAgain() throws Exception {
    Registry a = registry();
    Registry b = registry();
    a.announce(host("host-a"));
    b.announce(host("host-b"));
    var first = new RegistryOwnership(a, "host-a");
    var second = new RegistryOwnership(b, "host-b");
    first.claim("web", SHAPE, "");

    assertThat(first.grant("web", key("host-b"))).isEqualTo(Answer.YES);
    assertThat(second.grant("web", key("host-a"))).isEqualTo(Answer.YES);

    assertThat(first.holds("web")).isEqualTo(Answer.YES);
  }

  @Test
  void aHostThatWasForgottenOwnsNothingWhenItComesBack() throws Exception {
    Registry a = registry();
    Registry b = registry();
    a.announce(host("host-a"));
    var gone = new RegistryOwnership(a, "host-a");
    gone.claim("web", SHAPE, "");
    assertThat(refusal(() -> b.forget("host-a"))).as("while it is there").isEqualTo(Kind.EXISTS);
    a.leave("host-a");
    assertThat(b.forget("host-a")).containsExactly("web");

    var other = new RegistryOwnership(b, "host-b");
    other.claim("web", SHAPE, "");
    assertThat(gone.holds("web")).isEqualTo(Answer.NO);
    assertThat(gone.grant("web", key("host-b")))
        .as("it is not host-b's by name")
        .isNotEqualTo(Answer.YES);
    assertThat(other.holds("web")).isEqualTo(Answer.YES);
  }

  @Test
  void ownRecordsReplacedByTheOwnerKeepItTheOwner() throws Exception {
    var own = new RegistryOwnership(registry(), "host-a");
    own.claim("web", SHAPE, "");
    own.describe("web", new GuestShape(64L << 20, 1, 5000, 9000));
    assertThat(own.holds("web")).isEqualTo(Answer.YES);
    own.release("web");
    assertThat(own.holds("web")).isEqualTo(Answer.NO);
  }

  @Test
  void whatIsWrittenIsSeenByOthers() throws Exception {
    Registry a = registry();
    Registry b = registry();
    assertThat(b.view().hosts()).isEmpty();
    a.announce(host("host-a"));
    a.claim(guest("web", "host-a"));
    a.createOrder(order("web", "host-a", "host-b"));

    FleetSnapshot seen = b.snapshot();
    assertThat(seen.fleet().hosts()).containsExactly(Map.entry("host-a", host("host-a")));
    assertThat(seen.fleet().guests().get("web").value().owner()).isEqualTo("host-a");
    assertThat(b.ordersOf("host-a").get("web"))
        .isEqualTo(new Versioned<>(order("web", "host-a", "host-b"), 0));
    assertThat(b.ordersOf("host-b")).isEmpty();
    for (int round = 1; round <= 20; round++) {
      a.replaceOrder(
          new MoveRecord(
              "web",
              "j1",
              1,
              "host-a",
              "host-b",
              0,
              300,
              MoveRecord.State.MOVING,
              false,
              (long) round,
              1.5,
              ""),
          round - 1);
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      while (!Long.valueOf(round).equals(b.view().moves().get("web").bytesLeft())) {
        assertThat(System.nanoTime()).as("seen in time").isLessThan(end);
      }
    }
    a.release("web", 0);
    assertThat(b.view().guests()).isEmpty();
    assertThat(refusal(() -> b.replaceOrder(order("web", "host-a", "host-b"), 7)))
        .isEqualTo(Kind.STALE);
  }

  @Test
  void aNameIsOneKeysAndAKeyIsOneNames() throws Exception {
    Registry registry = registry();
    registry.announce(host("host-a"));
    HostRecord a = host("host-a");
    var impostor =
        new HostRecord(
            "host-a", a.address(), key("other"), a.platform(), a.capacity(), 1, true, Map.of());
    assertThat(
            refusal(() -> {
              registry.announce(impostor);
              return null;
            }))
        .isEqualTo(Kind.EXISTS);
    assertThat(registry.hostWithKey(key("host-a"))).hasValue("host-a");
  }

  @Test
  void recordsThatNobodyCanReadAreNamedAndLeftOut() throws Exception {
    Registry registry = registry();
    registry.claim(guest("web", "host-a"));
    try (var raw =
        org.apache.curator.framework.CuratorFrameworkFactory.newClient(
            RegistryAddress.parse(ensemble.address(root)).connectString(),
            new org.apache.curator.retry.RetryOneTime(100))) {
      raw.start();
      raw.create()
          .forPath("/" + root + "/guests/newer", "{\"format\":2}".getBytes(StandardCharsets.UTF_8));
      raw.create()
          .forPath(
              "/" + root + "/guests/torn",
              "{\"format\":1,\"name\":\"torn\"}".getBytes(StandardCharsets.UTF_8));
      raw.create().forPath("/" + root + "/guests/noise", new byte[] {0x1f, 2, 3});
    }
    FleetSnapshot seen = registry.snapshot();
    assertThat(seen.fleet().guests()).containsOnlyKeys("web");
    assertThat(seen.warnings())
        .hasSize(3)
        .anySatisfy(w -> assertThat(w).contains("/guests/newer", "format 2"))
        .anySatisfy(w -> assertThat(w).contains("/guests/torn"))
        .anySatisfy(w -> assertThat(w).contains("/guests/noise"));
    assertThat(refusal(() -> registry.guest("../x"))).isEqualTo(Kind.MALFORMED);
  }

  @Test
  void jobsAreKeptAndLongOnesFit() throws Exception {
    Registry registry = registry();
    List<JobTask> tasks = new ArrayList<>();
    for (int i = 0; i < Job.MOST_TASKS; i++) {
      tasks.add(task("guest-with-a-rather-long-name-%05d".formatted(i)));
    }
    var job =
        new Job("j1", Job.Kind.EVACUATE, "host-a", JobPolicy.DEFAULT, Job.State.UNDER_WAY, tasks);
    registry.createJob(job);
    assertThat(registry.job("j1")).hasValue(new Versioned<>(job, 0));

    var ended = new Job("j1", job.kind(), job.subject(), job.policy(), Job.State.ENDED, tasks);
    assertThat(registry.replaceJob(ended, 0)).isEqualTo(1);
    registry.prune(Instant.now());
    assertThat(registry.jobs()).containsOnlyKeys("j1");
    registry.prune(Instant.now().plus(Duration.ofDays(8)));
    assertThat(registry.jobs()).isEmpty();
  }

  private static JobTask task(String guest) {
    return new JobTask(guest, "host-a", "", JobTask.State.WAITING, 0, "");
  }

  @Test
  void aLoginKeepsOthersOut(@TempDir Path files) throws Exception {
    Path file = Files.writeString(files.resolve("login"), "fleet:open sesame\n");
    Registry ours = registry(RegistryLogin.read(file), ensemble.address(root));
    ours.claim(guest("web", "host-a"));
    assertThat(ours.guest("web")).isPresent();
    Registry others = registry();
    assertThat(refusal(() -> others.guest("web"))).isEqualTo(Kind.REFUSED);
    assertThat(refusal(() -> others.claim(guest("db", "host-b")))).isEqualTo(Kind.REFUSED);

    Path bad = Files.writeString(files.resolve("bad"), "nobody\n");
    assertThatThrownBy(() -> RegistryLogin.read(bad)).hasMessageContaining("name:password");
  }

  @Test
  void aKilledServerChangesNothing() throws Exception {
    Registry a = registry(null, ensemble.address(root));
    a.announce(host("host-a"));
    a.claim(guest("web", "host-a"));
    int victim = ensemble.leader();
    ensemble.kill(victim);
    try {
      assertThat(a.replaceOwner("web", "host-a", "host-b", 0))
          .isIn(Registry.Handed.DONE, Registry.Handed.UNKNOWN);
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      while (a.replaceOwner("web", "host-a", "host-b", 0) != Registry.Handed.DONE) {
        assertThat(System.nanoTime()).isLessThan(end);
      }
      assertThat(a.guest("web")).hasValue(new Versioned<>(guest("web", "host-b"), 1));
      assertThat(registry().view().hosts()).containsOnlyKeys("host-a");
    } finally {
      ensemble.launch(victim);
    }
  }

  /** As ZooKeeper ends one that it has not heard of for too long. */
  static void endSession(Registry registry) throws Exception {
    var own = registry.curator().getZookeeperClient().getZooKeeper();
    var taken = new CountDownLatch(1);
    String address = registry.curator().getZookeeperClient().getCurrentConnectionString();
    var other =
        new ZooKeeper(
            address,
            4_000,
            event -> {
              if (event.getState() == Watcher.Event.KeeperState.SyncConnected) {
                taken.countDown();
              }
            },
            own.getSessionId(),
            own.getSessionPasswd());
    assertThat(taken.await(20, TimeUnit.SECONDS)).isTrue();
    other.close();
  }

  @Test
  void theEndOfASessionIsHeardAndTheHostIsGone() throws Exception {
    BlockingQueue<RegistryLink> heard = new LinkedBlockingQueue<>();
    Registry a = registry();
    a.onLink(heard::add);
    a.announce(host("host-a"));
    Registry b = registry();
    assertThat(b.view().hosts()).containsOnlyKeys("host-a");
    BlockingQueue<String> changes = new LinkedBlockingQueue<>();
    b.onChange(() -> changes.add("changed"));

    endSession(a);
    assertThat(heard.poll(20, TimeUnit.SECONDS)).isNotNull();
    List<RegistryLink> rest = new ArrayList<>();
    while (!rest.contains(RegistryLink.BACK)) {
      rest.add(heard.poll(20, TimeUnit.SECONDS));
    }
    while (!b.view().hosts().isEmpty()) {
      assertThat(changes.poll(20, TimeUnit.SECONDS)).isNotNull();
    }
    assertThat(b.snapshot().members()).containsOnlyKeys("host-a");
    a.announce(host("host-a"));
    assertThat(b.view().hosts()).containsOnlyKeys("host-a");
  }
}
