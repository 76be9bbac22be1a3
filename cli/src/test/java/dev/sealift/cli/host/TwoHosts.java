package dev.sealift.cli.host;

import dev.sealift.cli.HostKind;
import dev.sealift.cli.HostPeers;
import dev.sealift.cli.TestRoot;
import dev.sealift.cli.control.ControlClient;
import dev.sealift.cli.control.Order;
import dev.sealift.cli.view.HostView;
import dev.sealift.cli.view.MoveView;
import dev.sealift.firmware.ProcessorPace;
import dev.sealift.kernel.KernelProfile;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Two hosts in this process, whose platforms have one maker; neither allows the other yet. */
final class TwoHosts implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  final Path a;
  final Path b;
  final StringWriter logOfA = new StringWriter();
  final StringWriter logOfB = new StringWriter();
  final HostDaemon daemonA;
  final HostDaemon daemonB;

  TwoHosts(Path folder, HostKind kind) throws Exception {
    Path root = TestRoot.savedIn(folder);
    a = folder.resolve("a");
    b = folder.resolve("b");
    daemonA = start(a, "host-a", root, kind, null, new HostLog(new PrintWriter(logOfA), words()));
    daemonB = start(b, "host-b", root, kind, null, new HostLog(new PrintWriter(logOfB), words()));
  }

  /** Another host of the same maker, with a policy of moves. */
  static HostDaemon third(Path state, Path root, Path policy) throws Exception {
    HostLog log = new HostLog(new PrintWriter(new StringWriter()), words());
    return start(state, "host-c", root, HostKind.MODEL, policy, log);
  }

  private static HostLog.Format words() {
    return HostLog.Format.WORDS;
  }

  private static HostDaemon start(
      Path state, String name, Path root, HostKind kind, @Nullable Path policy, HostLog log)
      throws Exception {
    Files.createDirectory(
        state, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    return HostDaemon.start(
        new HostSettings(
            name,
            state,
            kind,
            KernelProfile.EXTENDED,
            null,
            new InetSocketAddress("localhost", 0),
            List.of(root),
            null,
            null,
            null,
            null,
            policy,
            null,
            ProcessorPace.UNPACED),
        log);
  }

  /** Each puts the other on its list. */
  void allowEachOther() {
    HostPeers.allow(a, b);
    HostPeers.allow(b, a);
  }

  String addressOfA() {
    return String.valueOf(daemonA.views().get().address());
  }

  String addressOfB() {
    return String.valueOf(daemonB.views().get().address());
  }

  HostView viewOf(Path host) throws Exception {
    try (ControlClient control = ControlClient.of(host)) {
      return control.ask(new Order.QueryHost(), HostView.class);
    }
  }

  /** Waits until a move is as it should be. */
  MoveView await(Path host, String move, Predicate<MoveView> wanted) throws Exception {
    long end = System.nanoTime() + PATIENCE.toNanos();
    try (ControlClient control = ControlClient.of(host)) {
      while (true) {
        MoveView view = control.ask(new Order.QueryMigrate(move), MoveView.class);
        if (wanted.test(view)) {
          return view;
        }
        if (view.ended() || System.nanoTime() > end) {
          throw new AssertionError("waited in vain; the move is " + view);
        }
        Thread.sleep(10);
      }
    }
  }

  @Override
  public void close() {
    daemonA.close();
    daemonB.close();
  }
}
