package dev.sealift.cli.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.cli.HostPeers;
import dev.sealift.cli.Sealift;
import dev.sealift.cli.TestRoot;
import dev.sealift.cli.control.ControlClient;
import dev.sealift.cli.control.Order;
import dev.sealift.cli.reliability.LabProcess;
import dev.sealift.cli.view.HostView;
import dev.sealift.fleet.registry.Registry;
import dev.sealift.fleet.registry.RegistryAddress;
import dev.sealift.fleet.registry.RegistrySettings;
import dev.sealift.fleet.registry.ZooKeeperEnsemble;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.retry.RetryOneTime;

/**
 * Four hosts, each in a network namespace of its own, with its machine in another process; three
 * servers of a registry; and somebody who stands for coordinator and is no host. All of them are
 * processes that may be killed and started again.
 */
final class FleetLab implements AutoCloseable {
  static final int HOSTS = 4;

  /** Whether the hosts have a lease: their guests stand still while the registry is away. */
  static final boolean LEASE = Boolean.getBoolean("sealift.evacuation.lease");

  private static final Duration PATIENCE = Duration.ofSeconds(120);
  private static final String FLEET = "lab";
  private static final String COORDINATOR = "coordinator";

  private final Path folder;
  private final Path root;
  private final Network network;
  private final Map<String, LabProcess> processes = new HashMap<>();
  private final List<LabProcess> machines = new ArrayList<>();
  private ZooKeeperEnsemble ensemble;
  private Registry registry;
  private CuratorFramework curator;

  private FleetLab(Path folder, Network network) throws IOException {
    this.folder = folder;
    this.network = network;
    root = TestRoot.savedIn(folder);
  }

  /** Starts everything; whatever could not be is a reason to skip the test, or to fail it. */
  static FleetLab start(Path folder) throws Exception {
    var lab = new FleetLab(folder, Network.make());
    boolean done = false;
    try {
      lab.start();
      done = true;
      return lab;
    } finally {
      if (!done) {
        lab.close();
      }
    }
  }

  private void start() throws Exception {
    ensemble = ZooKeeperEnsemble.start(network.outside());
    registry = Registry.connect(RegistrySettings.of(RegistryAddress.parse(address()), null));
    curator =
        CuratorFrameworkFactory.builder()
            .connectString(address().substring("zk://".length()).split("/", 2)[0])
            .namespace(FLEET)
            .retryPolicy(new RetryOneTime(100))
            .build();
    curator.start();
    startCoordinator();
    for (int host = 1; host <= HOSTS; host++) {
      network.join(host);
      // Guests compute for ever, and must not keep those from working who are to move them.
      List<String> before = new ArrayList<>(network.commandAt(host));
      before.addAll(List.of("nice", "-n", "10"));
      LabProcess machine =
          LabProcess.start(
              before,
              errors("machine", host),
              Sealift.class.getName(),
              "machine",
              "--socket",
              socket(host).toString(),
              "--root",
              root.toString(),
              "--kernel",
              "extended");
      machines.add(machine);
    }
    for (LabProcess machine : machines) {
      machine.await(PATIENCE, "A machine");
    }
    for (int host = 1; host <= HOSTS; host++) {
      launch(host);
    }
    for (int host = 1; host <= HOSTS; host++) {
      awaitReady(host);
    }
    for (int who = 1; who <= HOSTS; who++) {
      for (int whom = 1; whom <= HOSTS; whom++) {
        if (who != whom) {
          HostPeers.allow(state(who), state(whom));
        }
      }
    }
  }

  private void launch(int host) throws IOException {
    processes.put(
        name(host),
        LabProcess.start(
            network.commandAt(host),
            errors("host", host),
            Sealift.class.getName(),
            "host",
            "--name",
            name(host),
            "--state",
            state(host).toString(),
            "--machine",
            socket(host).toString(),
            "--root",
            root.toString(),
            "--listen",
            network.address(host),
            "--registry",
            address(),
            "--fleet",
            "memory=1G",
            "--fleet",
            LEASE ? "lease=yes" : "lease=no",
            "--json"));
  }

  private void awaitReady(int host) throws InterruptedException, TimeoutException {
    processes.get(name(host)).await(PATIENCE, "{");
  }

  private void startCoordinator() throws IOException {
    processes.put(
        COORDINATOR,
        LabProcess.start(
            List.of(),
            folder.resolve("coordinator.log"),
            Sealift.class.getName(),
            "fleet",
            "coordinate",
            "--name",
            COORDINATOR,
            "--registry",
            address()));
  }

  private Path errors(String what, int number) {
    return folder.resolve("%s-%d.log".formatted(what, number));
  }

  private Path socket(int host) {
    return folder.resolve("machine-" + host).resolve("sock");
  }

  private Path state(int host) {
    return folder.resolve(name(host));
  }

  /** A host's name in the fleet. */
  static String name(int host) {
    return "host-" + host;
  }

  /** Where the registry is, from everywhere. */
  String address() {
    return ensemble.address(FLEET);
  }

  Registry registry() {
    return registry;
  }

  ZooKeeperEnsemble ensemble() {
    return ensemble;
  }

  Network network() {
    return network;
  }

  /** What a host answers to its owner. */
  <T> T ask(int host, Order order, Class<T> answer) throws BadInput, Failure {
    try (ControlClient client = ControlClient.of(state(host))) {
      return client.ask(order, answer);
    }
  }

  /** A host as it shows itself; empty while it is not there. */
  Optional<HostView> look(int host) {
    try {
      return Optional.of(ask(host, new Order.QueryHost(), HostView.class));
    } catch (BadInput | Failure gone) {
      return Optional.empty();
    }
  }

  /** No guest runs at a host that is there. */
  void checkStill(int host) {
    assertThat(look(host).stream().flatMap(view -> view.guests().stream()))
        .as("guests of %s, which has had no registry for longer than its lease", name(host))
        .noneMatch(guest -> guest.state().equals("running"));
  }

  /** kill -9 of a host's process; its machine goes on. */
  synchronized void killHost(int host) throws InterruptedException {
    processes.get(name(host)).kill();
  }

  /** As whatever supervises it would. */
  synchronized void restartHost(int host) throws Exception {
    launch(host);
    awaitReady(host);
  }

  /**
   * kill -9 of whoever coordinates.
   *
   * @return its name
   */
  String killCoordinator() throws Exception {
    String leader = leader();
    synchronized (this) {
      processes.get(leader).kill();
    }
    return leader;
  }

  /** Starts who was killed as coordinator. */
  synchronized void restartCoordinator(String name) throws Exception {
    if (name.equals(COORDINATOR)) {
      startCoordinator();
    } else {
      restartHost(Integer.parseInt(name.substring(name.indexOf('-') + 1)));
    }
  }

  /** Who coordinates. */
  private String leader() throws Exception {
    return new LeaderLatch(curator, "/coordinator").getLeader().getId();
  }

  @Override
  public void close() throws Exception {
    processes.values().forEach(LabProcess::close);
    for (LabProcess machine : machines) {
      // It leaves nothing behind that way.
      machine.end(PATIENCE);
    }
    if (curator != null) {
      curator.close();
    }
    if (registry != null) {
      registry.close();
    }
    if (ensemble != null) {
      ensemble.close();
    }
    network.close();
  }
}
