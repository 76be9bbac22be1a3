package dev.sealift.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sealift.cli.TestRoot;
import dev.sealift.cli.process.HostRole;
import dev.sealift.cli.process.HostTrust;
import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.GuestPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Two real processes, one of which has too little of something: the guest runs on at the source, or
 * goes over and is proved.
 */
@Tag("long")
class ProcessLimitsTest {
  private static final String PASSWORD = "no secret";
  private static final long MIB = 1 << 20;
  private static final long HOT_PAGES = 64;
  private static final int DOWNTIME_MILLIS = 300;
  private static final int MANY = 256;

  /** What became of the guest. */
  private enum End {
    MOVED,
    STAYED
  }

  @TempDir private Path directory;
  @TempDir private Path logs;
  private final List<LimitedHost> hosts = new ArrayList<>();
  private String reason = "";
  private Act atTheMove = () -> {};

  @BeforeEach
  void leaveTrust() throws Exception {
    HostTrust.save(TestRoot.root(), directory, "limits", PASSWORD, new SecureRandom());
  }

  @AfterEach
  void end() throws IOException {
    for (LimitedHost host : hosts) {
      host.close();
    }
  }

  /** What is done to a host once the guest runs. */
  private interface Limit {
    void on(LimitedHost source, LimitedHost destination) throws Exception;
  }

  private static final Limit NONE = (source, destination) -> {};

  private interface Act {
    void run() throws Exception;
  }

  @Test
  @DisplayName(
      "a destination without a descriptor takes no guest, and the source says so in the end")
  void descriptors() throws Exception {
    End end =
        crossing(
            8 * MIB,
            HostRole.DESTINATION,
            List.of(),
            List.of(),
            (source, destination) -> destination.allowDescriptors(0));
    assertThat(end).as(reason).isEqualTo(End.STAYED);
    assertThat(reason).contains("silent");
  }

  @Test
  @DisplayName("a destination that has a descriptor again takes the guest that waits for one")
  void descriptorsAgain() throws Exception {
    End end =
        crossing(
            8 * MIB,
            HostRole.DESTINATION,
            List.of(),
            List.of(),
            (source, destination) -> {
              destination.allowDescriptors(0);
              atTheMove =
                  () -> {
                    heard(source, HostEvent.Step.class);
                    destination.allowDescriptors(MANY);
                  };
            });
    assertThat(end).as(reason).isEqualTo(End.MOVED);
  }

  @Test
  @DisplayName("a destination whose address space is full turns the guest away")
  void addressSpace() throws Exception {
    End end =
        crossing(
            256 * MIB,
            HostRole.DESTINATION,
            List.of(),
            List.of(),
            (source, destination) -> destination.allowAddressSpace(128 * MIB));
    assertThat(end).as(reason).isEqualTo(End.STAYED);
    assertThat(reason).contains("ENOMEM");
  }

  @Test
  @DisplayName("a destination without memory for what goes over the wire turns the guest away")
  void bufferMemory() throws Exception {
    End end = crossing(8 * MIB, HostRole.DESTINATION, List.of(), directMemory(4), NONE);
    assertThat(end).as(reason).isEqualTo(End.STAYED);
    assertThat(reason).contains("ENOMEM");
  }

  private static List<String> directMemory(int kib) {
    return List.of("-XX:MaxDirectMemorySize=" + kib + "k");
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("locked memory is not what a model host needs")
  void lockedMemory(HostRole limited) throws Exception {
    assertThat(crossing(8 * MIB, limited, List.of("prlimit", "--memlock=0"), List.of(), NONE))
        .isEqualTo(End.MOVED);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("a journal on a disk that is full keeps the guest at the source")
  void fullDisk(HostRole limited) throws Exception {
    Path disk = Files.createDirectory(logs.resolve("disk"));
    String fill =
        "mount -t tmpfs -o size=64k none '%2$s' && ln -s '%2$s/journal' '%1$s/%3$s.journal'"
                .formatted(directory, disk, limited.word())
            + " && { dd if=/dev/zero of='%s/ballast' bs=4k 2>/dev/null; exec \"$@\"; }"
                .formatted(disk);
    List<String> unshared =
        List.of("unshare", "--mount", "--propagation", "private", "sh", "-c", fill, "sh");
    assumeTrue(mayMount(), "this user may not mount a disk of its own");
    End end = crossing(8 * MIB, limited, unshared, List.of(), NONE);
    assertThat(end).isEqualTo(End.STAYED);
    assertThat(reason).contains("journal", "No space left on device");
  }

  private static boolean mayMount() throws IOException, InterruptedException {
    return new ProcessBuilder("unshare", "--mount", "true").start().waitFor() == 0;
  }

  /** Two processes, one with a limit; a guest that is launched, moved and proved. */
  private End crossing(
      long memory, HostRole limited, List<String> before, List<String> options, Limit limit)
      throws Exception {
    LimitedHost source = start(HostRole.SOURCE, limited == HostRole.SOURCE, before, options);
    LimitedHost destination =
        start(HostRole.DESTINATION, limited == HostRole.DESTINATION, before, options);
    try {
      return cross(memory, source, destination, limit);
    } finally {
      source.close();
      destination.close();
    }
  }

  private End cross(long memory, LimitedHost source, LimitedHost destination, Limit limit)
      throws Exception {
    source.order(new HostOrder.Prepare(PASSWORD));
    destination.order(new HostOrder.Prepare(PASSWORD));
    var from = (HostEvent.Prepared) heard(source, HostEvent.Prepared.class);
    var to = (HostEvent.Prepared) heard(destination, HostEvent.Prepared.class);
    try (var owner =
        new GuestOwner(
            from.pdh(),
            new ApiVersion(from.apiMajor(), from.apiMinor()),
            from.build(),
            new GuestPolicy(0),
            new SecureRandom())) {
      source.order(
          new HostOrder.Launch(memory, HOT_PAGES, 0, owner.certificate(), owner.session()));
      heard(source, HostEvent.Measured.class);
    }
    source.order(new HostOrder.Run());
    heard(source, HostEvent.Running.class);
    limit.on(source, destination);
    source.order(new HostOrder.Migrate(to.port(), DOWNTIME_MILLIS));
    atTheMove.run();
    HostEvent end = heard(source, HostEvent.Moved.class, HostEvent.Stayed.class);
    if (end instanceof HostEvent.Stayed stayed) {
      reason = stayed.reason();
      assertThat(stayed.running()).as("the guest runs on: %s", reason).isTrue();
      assertThat(reason).doesNotContain("Exception", "Error");
      return End.STAYED;
    }
    destination.order(new HostOrder.Prove());
    var proved = (HostEvent.Proved) heard(destination, HostEvent.Proved.class);
    assertThat(proved.mismatches()).isZero();
    assertThat(proved.pagesCompared()).isEqualTo(memory / 4096);
    reason = "";
    return End.MOVED;
  }

  @SafeVarargs
  private static HostEvent heard(LimitedHost host, Class<? extends HostEvent>... wanted)
      throws Exception {
    HostEvent event = host.await(wanted);
    assertThat(event).as("what the host's log says: %s", host.log()).isNotNull();
    return event;
  }

  private LimitedHost start(
      HostRole role, boolean limited, List<String> before, List<String> options)
      throws IOException {
    Path log = Files.createTempFile(logs, role.word(), ".log");
    LimitedHost host =
        LimitedHost.start(
            role, limited ? before : List.of(), limited ? options : List.of(), directory, log);
    hosts.add(host);
    return host;
  }
}
