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
  private static final int DESCRIPTORS_AT_ONCE = 3;

  /** What became of the guest. */
  private enum End {
    MOVED,
    STAYED
  }

  @TempDir private Path directory;
  @TempDir private Path logs;
  private final List<LimitedHost> hosts = new ArrayList<>();
  private String reason = "";

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

  private interface Limit {
    void on(LimitedHost host) throws Exception;
  }

  private static final Limit NONE = host -> {};

  @ParameterizedTest
  @EnumSource
  @DisplayName("descriptors run out, at those that a move needs")
  void descriptors(HostRole limited) throws Exception {
    int refusals = 0;
    int more = 0;
    while (crossing(8 * MIB, limited, List.of(), List.of(), limitOf(more)) == End.STAYED) {
      System.out.printf("the %s, %d descriptors more: %s%n", limited.word(), more, reason);
      refusals++;
      more += DESCRIPTORS_AT_ONCE;
    }
    assertThat(refusals).isBetween(1, 20);
  }

  private static Limit limitOf(int descriptors) {
    return host -> host.allowDescriptors(descriptors);
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
            host -> host.allowAddressSpace(128 * MIB));
    assertThat(end).as(reason).isEqualTo(End.STAYED);
    System.out.printf("the destination's address space: %s%n", reason);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("memory for what goes over the wire runs out")
  void bufferMemory(HostRole limited) throws Exception {
    for (int kib : new int[] {4, 16, 64}) {
      End end = crossing(8 * MIB, limited, List.of(), directMemory(kib), NONE);
      System.out.printf("the %s, %d KiB for buffers: %s %s%n", limited.word(), kib, end, reason);
    }
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
      return cross(memory, source, destination, limited, limit);
    } finally {
      source.close();
      destination.close();
    }
  }

  private End cross(
      long memory, LimitedHost source, LimitedHost destination, HostRole limited, Limit limit)
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
    limit.on(limited == HostRole.SOURCE ? source : destination);
    source.order(new HostOrder.Migrate(to.port(), DOWNTIME_MILLIS));
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
