package dev.sealift.cli.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.cli.Answer;
import dev.sealift.cli.HostKind;
import dev.sealift.cli.HostPeers;
import dev.sealift.cli.TestRoot;
import dev.sealift.cli.run.SealiftProgram;
import dev.sealift.firmware.ProcessorPace;
import dev.sealift.fleet.Capacity;
import dev.sealift.fleet.GuestRecord;
import dev.sealift.fleet.GuestShape;
import dev.sealift.fleet.HostRecord;
import dev.sealift.fleet.Job;
import dev.sealift.fleet.PlatformRecord;
import dev.sealift.fleet.Versioned;
import dev.sealift.fleet.registry.Registry;
import dev.sealift.fleet.registry.RegistryAddress;
import dev.sealift.fleet.registry.RegistrySettings;
import dev.sealift.fleet.registry.ZooKeeperEnsemble;
import dev.sealift.kernel.KernelProfile;
import dev.sealift.migration.handover.FileJournal;
import dev.sealift.migration.handover.JournalEntry.Detail;
import dev.sealift.migration.handover.SourceStep;
import dev.sealift.migration.wire.MoveId;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code sealift host --registry}: hosts in this process, and a registry of real servers. */
class FleetHostsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static ZooKeeperEnsemble ensemble;

  @TempDir private Path folder;
  private final StringWriter log = new StringWriter();

  @BeforeAll
  static void startRegistry() throws IOException {
    ensemble = ZooKeeperEnsemble.start();
  }

  @AfterAll
  static void endRegistry() throws IOException {
    ensemble.close();
  }

  private static RegistrySettings registry(String fleet) {
    return RegistrySettings.of(RegistryAddress.parse(ensemble.address(fleet)), null);
  }

  /** Where a host keeps itself. */
  private Path state(String name) throws IOException {
    Path state = folder.resolve(name);
    if (Files.notExists(state)) {
      Files.createDirectory(
          state,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    return state;
  }

  private HostDaemon start(String name, String fleet) throws Exception {
    Path root = folder.resolve("root");
    return HostDaemon.start(
        new HostSettings(
            name,
            state(name),
            HostKind.MODEL,
            KernelProfile.EXTENDED,
            null,
            new InetSocketAddress("localhost", 0),
            List.of(Files.exists(root) ? root : TestRoot.savedIn(folder)),
            null,
            null,
            null,
            null,
            null,
            new FleetSettings(
                registry(fleet), new Capacity(1L << 30, 500, 99), 1L << 30, true, false, Map.of()),
            ProcessorPace.UNPACED),
        new HostLog(new PrintWriter(log), HostLog.Format.WORDS));
  }

  private static void awaitOwner(Registry registry, String guest, String owner) throws Exception {
    long end = System.nanoTime() + PATIENCE.toNanos();
    Optional<Versioned<GuestRecord>> there = registry.guest(guest);
    while (there.isEmpty() || !there.get().value().owner().equals(owner)) {
      assertThat(System.nanoTime()).as("the guest is %s", there).isLessThan(end);
      Thread.sleep(20);
      there = registry.guest(guest);
    }
  }

  @Test
  @DisplayName(
      "an evacuated host has no guest any more, and each runs at another host, every page as it was")
  void evacuated() throws Exception {
    try (HostDaemon _ = start("host-a", "pair");
        HostDaemon _ = start("host-b", "pair")) {
      HostPeers.allow(state("host-a"), state("host-b"));
      HostPeers.allow(state("host-b"), state("host-a"));
      for (String guest : List.of("web", "mail")) {
        Answer started =
            Answer.to(
                "guest",
                "start",
                guest,
                "--memory",
                "8M",
                "--workload",
                guest.equals("web") ? "writer:hot=512K" : "idle",
                "--state",
                state("host-a").toString());
        assertThat(started.code()).as(started.err()).isZero();
      }
      Answer evacuated =
          Answer.to(
              "fleet", "evacuate", "host-a", "--registry", ensemble.address("pair"), "--json");
      assertThat(evacuated.code()).as(evacuated.out() + evacuated.err() + log).isZero();
      Answer proved = Answer.to("guest", "prove", "web", "--state", state("host-b").toString());
      assertThat(proved.code()).as(proved.out() + proved.err()).isZero();
      Answer there =
          Answer.to("guest", "show", "mail", "--state", state("host-b").toString(), "--json");
      assertThat(there.json().path("state").asString()).isEqualTo("running");
      assertThat(
              Answer.to("guest", "list", "--state", state("host-a").toString(), "--json")
                  .json()
                  .path("guests"))
          .isEmpty();
    }
  }

  @Test
  @DisplayName(
      "a host that is gone is forgotten on somebody's word that it is off, or without it where it had a lease")
  void forgotten() throws Exception {
    String fleet = "forgotten";
    try (Registry registry = Registry.connect(registry(fleet))) {
      for (boolean lease : List.of(false, true)) {
        String name = lease ? "leased" : "unleased";
        announce(registry, name, (lease ? "a" : "b").repeat(64), lease);
        registry.claim(
            new GuestRecord("of-" + name, name, new GuestShape(8 << 20, 0x21, 0, 0), ""));
        assertThat(forget(name, fleet).err()).as("while it is there").isNotEmpty();
        registry.leave(name);
      }

      Answer refused = forget("unleased", fleet);
      assertThat(refused.code()).isEqualTo(2);
      assertThat(refused.err()).contains("--powered-off");
      Answer taken = forget("unleased", fleet, "--powered-off");
      assertThat(taken.out()).contains("unleased is forgotten, and with it of-unleased");

      assertThat(forget("leased", fleet).out()).contains("leased is forgotten");
      assertThat(registry.view().guests()).isEmpty();
    }
  }

  @Test
  @DisplayName(
      "a command that is ended by a signal says that its job goes on, and leaves a report so far")
  void left() throws Exception {
    String fleet = "left-alone";
    Path report = folder.resolve("report.html");
    try (Registry registry = Registry.connect(registry(fleet))) {
      announce(registry, "host-a", "c".repeat(64), false);
      registry.claim(new GuestRecord("web", "host-a", new GuestShape(8 << 20, 0x21, 0, 0), ""));
      try (SealiftProgram evacuating =
          SealiftProgram.start(
              folder,
              "fleet",
              "evacuate",
              "host-a",
              "--registry",
              ensemble.address(fleet),
              "--report",
              report.toString())) {
        while (evacuating.errors().isEmpty()) {
          Thread.sleep(20);
        }
        // Not SIGINT: what is started in the background may have to ignore it.
        evacuating.terminate();

        assertThat(evacuating.await()).as("what shells say of SIGTERM").isEqualTo(128 + 15);
        assertThat(evacuating.errors().getLast())
            .contains("goes on without this command", "sealift fleet cancel");
      }
      assertThat(report).content().contains("<html", "web");
      assertThat(registry.newestJobs())
          .singleElement()
          .satisfies(job -> assertThat(job.state()).isNotEqualTo(Job.State.ENDED));
    }
  }

  private static Answer forget(String host, String fleet, String... more) {
    return Answer.to(
        Stream.concat(
                Stream.of("fleet", "forget", host, "--registry", ensemble.address(fleet)),
                Stream.of(more))
            .toArray(String[]::new));
  }

  @Test
  @Tag("long")
  @DisplayName(
      "a guest that was finished and not given away when its host was killed is given away")
  void finishedButNotGranted() throws Exception {
    String peerKey = "ab".repeat(32);
    try (FileJournal journal = FileJournal.open(state("host-c").resolve("journal"))) {
      journal.record(
          SourceStep.FINISHED,
          MoveId.random(new SecureRandom()),
          Map.of(
              Detail.NAME, "lone",
              Detail.RAN, "true",
              Detail.ADDRESS, "localhost",
              Detail.PORT, "1",
              Detail.PEER, peerKey));
    }
    try (Registry registry = Registry.connect(registry("left"))) {
      var shape = new GuestShape(8 << 20, 0, 0, 0);
      registry.claim(new GuestRecord("lone", "host-c", shape, ""));
      for (int i = 0; i < 8; i++) {
        registry.claim(new GuestRecord("ended-" + i, "host-c", shape, ""));
      }
      try (HostDaemon _ = start("host-c", "left")) {
        // It gives up what it has no trace of, before it can find out whose that key is.
        awaitOnly(registry, "lone");
        announce(registry, "host-d", peerKey, false);
        awaitOwner(registry, "lone", "host-d");
      }
    }
  }

  /** A host that is nowhere but in the registry. */
  private static void announce(Registry registry, String name, String key, boolean lease)
      throws Exception {
    registry.announce(
        new HostRecord(
            name,
            "localhost:1",
            "sha256:" + key,
            new PlatformRecord("model", 1, 55, 21, "", "", "", "", true),
            new Capacity(1L << 30, 500, 99),
            1L << 30,
            true,
            Map.of(),
            lease));
  }

  private static void awaitOnly(Registry registry, String guest) throws Exception {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (registry.view().guests().size() > 1) {
      assertThat(System.nanoTime()).isLessThan(end);
      Thread.sleep(20);
    }
    assertThat(registry.view().guests()).containsOnlyKeys(guest);
  }
}
