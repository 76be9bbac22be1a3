package dev.sealift.cli.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sealift.cli.Sealift;
import dev.sealift.cli.TestRoot;
import dev.sealift.cli.process.HostRole;
import dev.sealift.cli.process.HostTrust;
import dev.sealift.interpose.machine.SharedMemory;
import dev.sealift.migration.handover.DestinationStep;
import dev.sealift.migration.handover.HandOverStep;
import dev.sealift.migration.handover.SourceStep;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two host processes, each with its machine in another process, and one guest that goes to and fro
 * between them, while one of them or both are killed with SIGKILL: at each step of the hand-over,
 * and at moments by chance. After each kill the dead are started again; exactly one of them runs
 * the guest, nothing is left at the other, and every byte of the guest's memory is what it must be.
 */
class KilledHostsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Who is killed. */
  private enum Victims {
    SOURCE,
    DESTINATION,
    BOTH
  }

  @TempDir Path folder;

  private final long seed =
      Long.getLong("sealift.kill.seed", new Random().nextInt(Integer.MAX_VALUE));
  private final Random random = new Random(seed);
  private final List<LabProcess> machines = new ArrayList<>();
  private final Map<HostRole, LabProcess> hosts = new EnumMap<>(HostRole.class);
  private final Map<HostRole, Integer> ports = new EnumMap<>(HostRole.class);
  private final Map<String, Integer> table = new TreeMap<>();
  private HostRole home = HostRole.SOURCE;
  private long steps;
  private int longest;

  @BeforeEach
  void start() throws Exception {
    assumeTrue(Files.isWritable(SharedMemory.TMPFS), "this machine has no " + SharedMemory.TMPFS);
    HostTrust.save(TestRoot.root(), folder, "lab", LabHost.PASSWORD, new SecureRandom());
    for (HostRole role : HostRole.values()) {
      ports.put(role, freePort());
      LabProcess machine =
          LabProcess.start(
              folder.resolve("errors"),
              Sealift.class.getName(),
              "machine",
              "--socket",
              socket(role).toString(),
              "--root",
              folder.resolve("root").toString());
      machines.add(machine);
      machine.await(PATIENCE, "A machine");
    }
    startHost(HostRole.SOURCE);
    startHost(HostRole.DESTINATION);
    host(home).order("launch");
    host(home).await(PATIENCE, "launched");
  }

  @AfterEach
  void end() throws IOException {
    hosts.values().forEach(LabProcess::close);
    machines.forEach(LabProcess::close);
    System.out.printf("killed hosts, seed %d:%n", seed);
    table.forEach((what, count) -> System.out.printf("  %-60s %d%n", what, count));
  }

  @Test
  void aHostKilledAtAStepThatDecidesIsNoDangerToTheGuest() throws Exception {
    prove();
    killAt(SourceStep.FINISHED, Victims.BOTH);
    assertThat(steps).isPositive();
  }

  @Test
  @Tag("long")
  void aHostKilledAtAnyStepOrMomentIsNoDangerToTheGuest() throws Exception {
    prove();
    List<HandOverStep> all = new ArrayList<>();
    for (SourceStep step : SourceStep.values()) {
      if (step != SourceStep.WITHDRAWN && step != SourceStep.STAYED) {
        all.add(step);
      }
    }
    all.addAll(
        List.of(
            DestinationStep.RECEIVING,
            DestinationStep.PREPARED,
            DestinationStep.COMMITTED,
            DestinationStep.RUNNING));
    for (HandOverStep step : all) {
      for (Victims victims : Victims.values()) {
        killAt(step, victims);
      }
    }
    int runs = Integer.getInteger("sealift.kill.runs", 500);
    longest = timeOfAMove() * 5 / 4;
    for (int run = 3 * all.size(); run < runs; run++) {
      killSometime(Victims.values()[random.nextInt(Victims.values().length)]);
    }
  }

  private void killAt(HandOverStep step, Victims victims) throws Exception {
    HostRole from = home;
    HostRole to = other(home);
    LabProcess frozen = host(step instanceof SourceStep ? from : to);
    frozen.order("freeze " + step.label());
    host(from).order("move " + ports.get(to));
    frozen.await(PATIENCE, "at " + step.label());
    killAndCompare(victims, from, to, "at " + step.label());
  }

  /** How long a move takes that nobody disturbs, between hosts that have just been started. */
  private int timeOfAMove() throws Exception {
    HostRole from = home;
    for (HostRole role : HostRole.values()) {
      host(role).kill();
      startHost(role);
    }
    awaitOneRunningGuest();
    long began = System.nanoTime();
    host(from).order("move " + ports.get(other(from)));
    host(from).await(PATIENCE, "outcome moved");
    int took = (int) Duration.ofNanos(System.nanoTime() - began).toMillis();
    home = awaitOneRunningGuest();
    assertThat(home).as("where the guest is that moved").isEqualTo(other(from));
    prove();
    return took;
  }

  private void killSometime(Victims victims) throws Exception {
    HostRole from = home;
    HostRole to = other(home);
    host(from).order("move " + ports.get(to));
    Thread.sleep(random.nextInt(longest));
    killAndCompare(victims, from, to, "sometime");
  }

  private void killAndCompare(Victims victims, HostRole from, HostRole to, String when)
      throws Exception {
    List<HostRole> dead =
        switch (victims) {
          case SOURCE -> List.of(from);
          case DESTINATION -> List.of(to);
          case BOTH -> List.of(from, to);
        };
    // Whoever was frozen can only be killed; whoever is started first is left to chance.
    List<HostRole> frozen = List.of(from, to);
    for (HostRole role : frozen) {
      if (dead.contains(role)
          || host(role).heard().stream().anyMatch(line -> line.startsWith("at "))) {
        host(role).kill();
        hosts.remove(role);
      }
    }
    List<HostRole> order = random.nextBoolean() ? List.of(from, to) : List.of(to, from);
    for (HostRole role : order) {
      if (!hosts.containsKey(role)) {
        startHost(role);
      }
    }
    HostRole now = awaitOneRunningGuest();
    home = now;
    table.merge(
        "%s, %s killed: %s".formatted(when, victims, now == from ? "stayed" : "moved"),
        1,
        Integer::sum);
    prove();
  }

  /** Until both hosts have nothing left to do; then one has the guest, and the other nothing. */
  private HostRole awaitOneRunningGuest() throws Exception {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      String source = status(HostRole.SOURCE);
      String destination = status(HostRole.DESTINATION);
      assertThat(source.contains("runs") && destination.contains("runs"))
          .as("the guest runs at both hosts, seed %d".formatted(seed))
          .isFalse();
      if (source.equals("status runs settled 1") && destination.equals("status none settled 0")) {
        return HostRole.SOURCE;
      }
      if (destination.equals("status runs settled 1") && source.equals("status none settled 0")) {
        return HostRole.DESTINATION;
      }
      if (System.nanoTime() > end) {
        throw new AssertionError(
            "the hosts do not come to rest, seed %d: %s, %s%n%s%n%s%n%s"
                .formatted(
                    seed,
                    source,
                    destination,
                    host(HostRole.SOURCE).heard(),
                    host(HostRole.DESTINATION).heard(),
                    Files.readString(folder.resolve("errors"))));
      }
      Thread.sleep(50);
    }
  }

  private String status(HostRole role) throws Exception {
    host(role).order("status");
    return host(role).await(PATIENCE, "status");
  }

  private void prove() throws Exception {
    host(home).order("prove");
    String[] proof = host(home).await(PATIENCE, "proved").split(" ");
    assertThat(Long.parseLong(proof[1])).isEqualTo(LabHost.PLAN.memoryBytes() >> 12);
    assertThat(Long.parseLong(proof[2])).as("pages that are not as they must be").isZero();
    assertThat(Long.parseLong(proof[3])).as("the guest went on").isGreaterThan(steps);
    steps = Long.parseLong(proof[3]);
  }

  private void startHost(HostRole role) throws IOException, InterruptedException, TimeoutException {
    LabProcess host =
        LabProcess.start(
            folder.resolve("errors"),
            LabHost.class.getName(),
            role.name(),
            socket(role).toString(),
            folder.toString(),
            Integer.toString(ports.get(role)));
    hosts.put(role, host);
    try {
      host.await(PATIENCE, "ready");
    } catch (TimeoutException dead) {
      throw new AssertionError(Files.readString(folder.resolve("errors")), dead);
    }
  }

  private LabProcess host(HostRole role) {
    return hosts.get(role);
  }

  private static HostRole other(HostRole role) {
    return role == HostRole.SOURCE ? HostRole.DESTINATION : HostRole.SOURCE;
  }

  private Path socket(HostRole role) {
    return folder.resolve(role.word() + ".d").resolve("machine.sock");
  }

  private static int freePort() throws IOException {
    try (ServerSocket probe = new ServerSocket()) {
      probe.bind(new InetSocketAddress(HostTrust.LOOPBACK, 0));
      return probe.getLocalPort();
    }
  }
}
