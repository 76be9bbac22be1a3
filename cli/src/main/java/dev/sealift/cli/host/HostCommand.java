package dev.sealift.cli.host;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.cli.HostAddress;
import dev.sealift.cli.HostKind;
import dev.sealift.cli.OutputOptions;
import dev.sealift.cli.PaceOptions;
import dev.sealift.cli.control.HostFiles;
import dev.sealift.cli.host.HostLog.Event;
import dev.sealift.cli.page.StatusServer;
import dev.sealift.cli.run.PassedOnSignals;
import dev.sealift.cli.view.HostView;
import dev.sealift.kernel.KernelProfile;
import dev.sealift.vmm.VmmException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sealift host}. */
@Command(
    name = "host",
    mixinStandardHelpOptions = true,
    abbreviateSynopsis = true,
    description = {
      "Runs a host until SIGINT or SIGTERM: it has guests (sealift guest), takes others in, and"
          + " sends them away (sealift migrate)."
    },
    footer = {"", "Example:  sealift host --state ~/.sealift/a --root maker --listen host-a:7325"})
public final class HostCommand implements Callable<Integer> {
  private static final int HANGUP = 1;
  private static final int MOST_PORT = 65535;

  @Option(
      names = "--state",
      paramLabel = "DIR",
      description = "Where it keeps itself; made if new (default: ~/.sealift/host).")
  private @Nullable Path state;

  @Option(names = "--name", paramLabel = "NAME", description = "What it is called (hostname).")
  private @Nullable String name;

  @Option(
      names = "--listen",
      paramLabel = "ADDR[:PORT]",
      description = "Where guests come in, * for everywhere (localhost:7325).")
  private HostAddress listen = new HostAddress("localhost", HostAddress.USUAL_PORT);

  @Option(
      names = "--root",
      paramLabel = "DIR|FILE",
      description =
          "A root whose chips it believes in; may be given often. The first model root makes the"
              + " chip of a new host; without one the host makes its own.")
  private List<Path> roots = new ArrayList<>();

  @Option(
      names = "--host",
      paramLabel = "KIND",
      description = "What guests run on: kvm, model or auto (auto).")
  private HostKind kind = HostKind.AUTO;

  @Option(
      names = "--kernel",
      paramLabel = "KERNEL",
      description = "Its SEV commands: mainline or extended (mainline).")
  private KernelProfile kernel = KernelProfile.MAINLINE;

  @Option(
      names = "--machine",
      paramLabel = "SOCKET",
      description = "Use this machine (sealift machine): guests outlive the host.")
  private @Nullable Path machine;

  @Option(
      names = "--identity",
      paramLabel = "FILE",
      description = "Its private key (DIR/host.key, made if new).")
  private @Nullable Path identity;

  @Option(
      names = "--certificate",
      paramLabel = "FILE",
      description = "The certificate over it (DIR/host.crt).")
  private @Nullable Path certificate;

  @Option(
      names = "--peers",
      paramLabel = "FILE",
      description = "Its list of allowed peers, read anew when it changes (DIR/peers).")
  private @Nullable Path peers;

  @Option(
      names = "--authorities",
      paramLabel = "FILE",
      description = "Certificates of authorities that it believes.")
  private @Nullable Path authorities;

  @Option(
      names = "--policy",
      paramLabel = "FILE",
      description = "Rules for the platforms of its peers.")
  private @Nullable Path policy;

  @Option(
      names = "--http",
      paramLabel = "PORT",
      description = "Show a status page and metrics on loopback; 0 for any free port.")
  private @Nullable Integer http;

  @Option(
      names = "--log-format",
      paramLabel = "FORM",
      description = "How it tells events on standard error: words or json (words).")
  private HostLog.Format logFormat = HostLog.Format.WORDS;

  @Mixin private FleetOptions fleet = new FleetOptions();
  @Mixin private PaceOptions pace = new PaceOptions();
  @Mixin private OutputOptions output = new OutputOptions();

  @Spec private @Nullable CommandSpec spec;

  /**
   * What is said when it is ready.
   *
   * @param state its state directory
   * @param address where it listens for guests
   * @param key the fingerprint of its key
   * @param allow what its peers are to run
   * @param page where its status page is; null where it has none
   */
  record Ready(
      boolean emulated,
      String name,
      String state,
      @Nullable String address,
      String kind,
      String key,
      String allow,
      long pid,
      @Nullable String page) {}

  @Override
  public Integer call() throws BadInput, Failure, VmmException, InterruptedException {
    if ((identity == null) != (certificate == null)) {
      throw new BadInput("Name both --identity and --certificate, or none of them.");
    }
    if (http != null && (http < 0 || http > MOST_PORT)) {
      throw new BadInput("--http takes a port, 0 to %d: not %d.".formatted(MOST_PORT, http));
    }
    var log =
        new HostLog(
            Objects.requireNonNull(spec, "picocli sets it").commandLine().getErr(), logFormat);
    var end = new CountDownLatch(1);
    try (PassedOnSignals _ = PassedOnSignals.all(signal -> heard(signal, end, log));
        HostDaemon daemon = HostDaemon.start(settings(), log);
        StatusServer page = http == null ? null : serve(http, daemon)) {
      announce(daemon, page);
      end.await();
      log.tell(Event.info("ending"), "ends: no more guests and commands come in");
    }
    log.tell(Event.info("ended"), "has ended");
    return 0;
  }

  private static StatusServer serve(int port, HostDaemon daemon) throws Failure {
    try {
      return StatusServer.start(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), port), daemon.viewsWithFleet());
    } catch (IOException refused) {
      throw new Failure(
          "The status page cannot be shown at port %d: %s; name another one with --http."
              .formatted(port, Failure.sentence(refused)),
          refused);
    }
  }

  private static String url(StatusServer page) {
    return "http://localhost:%d/".formatted(page.address().getPort());
  }

  private static void heard(int signal, CountDownLatch end, HostLog log) {
    if (signal == HANGUP) {
      log.tell(
          Event.info("hangup"),
          "SIGHUP changes nothing: the list of allowed peers is read anew whenever it changes");
    } else {
      end.countDown();
    }
  }

  private HostSettings settings() throws BadInput, Failure {
    return new HostSettings(
        name == null ? hostName() : name,
        state == null ? HostFiles.usual() : state,
        machine == null ? kind.resolve() : HostKind.MODEL,
        kernel,
        machine,
        listen.socketAddress(),
        roots,
        identity,
        certificate,
        peers,
        authorities,
        policy,
        fleet.settings(),
        pace.pace());
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException nameless) {
      return "localhost";
    }
  }

  private void announce(HostDaemon daemon, @Nullable StatusServer page) {
    HostView view = daemon.views().get();
    String allow =
        "sealift identity allow --list DIR/peers --key %s --may send,receive"
            .formatted(daemon.key());
    Ready ready =
        new Ready(
            true,
            view.name(),
            daemon.directory().path().toString(),
            view.address(),
            view.kind(),
            daemon.key().toString(),
            allow,
            ProcessHandle.current().pid(),
            page == null ? null : url(page));
    var words = new StringBuilder();
    words.append(
        "%s takes guests at %s, with NO Secure Processor but one in software (SEV API %s), until SIGINT or SIGTERM.%n"
            .formatted(view.name(), view.address(), view.platform().api()));
    if (daemon.hasNewIdentity()) {
      words.append(
          "It is new, and has made itself a key. A host that shall exchange guests with it is told so, DIR being that one's state:%n  %s%n"
              .formatted(allow));
    }
    if (page != null) {
      words.append("Its status page is at %s%n".formatted(url(page)));
    }
    output.print(ready, words.toString());
  }
}
