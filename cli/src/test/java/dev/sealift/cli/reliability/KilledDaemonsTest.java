package dev.sealift.cli.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sealift.cli.Answer;
import dev.sealift.cli.HostPeers;
import dev.sealift.cli.Sealift;
import dev.sealift.cli.TestRoot;
import dev.sealift.interpose.machine.SharedMemory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code sealift host} as its user has it: processes that are killed with SIGKILL and started
 * again, each with its machine in a process of its own, and commands that speak to them.
 */
@Tag("long")
class KilledDaemonsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  @TempDir Path folder;
  private final List<LabProcess> processes = new ArrayList<>();
  private Path root;

  @BeforeEach
  void makeMachines() throws Exception {
    assumeTrue(Files.isWritable(SharedMemory.TMPFS), "this machine has no " + SharedMemory.TMPFS);
    root = TestRoot.savedIn(folder);
    for (String host : List.of("a", "b")) {
      start(
              "machine",
              "--socket",
              socket(host).toString(),
              "--root",
              root.toString(),
              "--kernel",
              "extended")
          .await(PATIENCE, "A machine");
    }
  }

  @AfterEach
  void end() {
    processes.reversed().forEach(LabProcess::close);
  }

  private LabProcess start(String... words) throws Exception {
    LabProcess process = LabProcess.start(folder.resolve("errors"), Sealift.class.getName(), words);
    processes.add(process);
    return process;
  }

  private LabProcess startHost(String name, String port) throws Exception {
    LabProcess host =
        start(
            "host",
            "--name",
            name,
            "--state",
            folder.resolve(name).toString(),
            "--machine",
            socket(name).toString(),
            "--root",
            root.toString(),
            "--listen",
            "localhost:" + port,
            "--json");
    ready = JsonMapper.shared().readTree(host.await(PATIENCE, "{"));
    return host;
  }

  private JsonNode ready = JsonMapper.shared().createObjectNode();

  private Path socket(String host) {
    return folder.resolve(host + ".machine").resolve("machine.sock");
  }

  private Answer at(String host, String... words) {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(List.of("--state", folder.resolve(host).toString()));
    return Answer.to(all.toArray(String[]::new));
  }

  private JsonNode guest(String host) {
    JsonNode guests = at(host, "guest", "list", "--json").json().path("guests");
    return guests.isEmpty() ? JsonMapper.shared().createObjectNode() : guests.get(0);
  }

  private void awaitState(String host, String state) throws Exception {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!guest(host).path("state").asString("none").equals(state)) {
      assertThat(System.nanoTime()).as("the guest is %s", guest(host)).isLessThan(end);
      Thread.sleep(50);
    }
  }

  @Test
  void aHostThatIsKilledInTheMiddleOfAMoveFindsItsGuestAgain() throws Exception {
    LabProcess a = startHost("a", "0");
    LabProcess b = startHost("b", "0");
    String addressOfB = ready.path("address").asString();
    HostPeers.allow(folder.resolve("a"), folder.resolve("b"));
    HostPeers.allow(folder.resolve("b"), folder.resolve("a"));
    Answer started =
        at("a", "guest", "start", "web", "--memory", "16M", "--workload", "writer:hot=1M");
    assertThat(started.code()).as(started.err()).isZero();
    Answer begun =
        at("a", "migrate", "web", addressOfB, "--bandwidth", "1.1MB", "--detach", "--json");
    assertThat(begun.code()).as(begun.err()).isZero();
    awaitState("b", "inmigrate");

    a.kill();
    a = startHost("a", "0");
    awaitState("a", "running");
    awaitState("b", "none");
    assertThat(at("a", "guest", "prove", "web").code()).isZero();

    b.kill();
    startHost("b", "0");
    addressOfB = ready.path("address").asString();
    Answer moved = at("a", "migrate", "web", addressOfB, "--downtime", "2s");
    assertThat(moved.code()).as(moved.out() + moved.err()).isZero();

    // Killed where nothing is under way: paused guests stay paused, running ones run on.
    processes.getLast().kill();
    startHost("b", "0");
    awaitState("b", "running");
    assertThat(at("b", "guest", "pause", "web").code()).isZero();
    processes.getLast().kill();
    startHost("b", "0");
    awaitState("b", "paused");
    assertThat(at("b", "guest", "prove", "web").code()).isZero();
    assertThat(guest("a").isEmpty()).isTrue();
  }
}
