package dev.sealift.cli.demo;

import dev.sealift.cli.Failure;
import dev.sealift.cli.HostIdentity;
import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.cert.ModelRoot;
import dev.sealift.vmm.guest.PseudoRandomWriter;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * The demonstration: makes a model root and two identities, starts two host processes, plays the
 * guest's owner, and has the guest launched, moved and proved.
 */
final class Demo {
  /** Both hosts are on this machine; their certificates are for this address. */
  static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  static final String SOURCE = "source";
  static final String DESTINATION = "destination";

  private final DemoPlan plan;
  private final DemoNarrator narrator;
  private final JsonMapper json;
  private final SecureRandom random = new SecureRandom();

  Demo(DemoPlan plan, DemoNarrator narrator, JsonMapper json) {
    this.plan = plan;
    this.narrator = narrator;
    this.json = json;
  }

  DemoReport run() throws Failure, IOException, GeneralSecurityException {
    narrator.begin(plan);
    Path directory = Files.createTempDirectory("sealift-demo-");
    Path sourceErrors = directory.resolve("source.log");
    Path destinationErrors = directory.resolve("destination.log");
    try (HostProcess source = HostProcess.start(SOURCE, plan, directory, json, sourceErrors);
        HostProcess destination =
            HostProcess.start(DESTINATION, plan, directory, json, destinationErrors)) {
      try {
        DemoReport report = run(directory, source, destination);
        narrator.summary(report);
        return report;
      } catch (Failure e) {
        throw withLogs(e, sourceErrors, destinationErrors);
      }
    } finally {
      delete(directory);
    }
  }

  private DemoReport run(Path directory, HostProcess source, HostProcess destination)
      throws Failure, IOException, GeneralSecurityException {
    String password = HexFormat.of().formatHex(random.generateSeed(16));
    makeTrust(directory, password);
    source.order(new HostOrder.Prepare(password));
    destination.order(new HostOrder.Prepare(password));
    HostEvent.Prepared from = source.await(HostEvent.Prepared.class);
    HostEvent.Prepared to = destination.await(HostEvent.Prepared.class);
    narrator.say(SOURCE, platform(from));
    narrator.say(DESTINATION, platform(to) + ", listening on 127.0.0.1:" + to.port());

    boolean measured = launch(source, from);
    source.order(new HostOrder.Run());
    source.await(HostEvent.Running.class);
    narrator.say("running", "the guest has filled its memory and keeps writing to it");

    source.order(new HostOrder.Migrate(to.port(), plan.downtimeMillis()));
    HostEvent end = source.awaitOutcome(this::narrate);
    return switch (end) {
      case HostEvent.Moved moved -> {
        narrator.say("moved", "the guest runs at the destination only");
        destination.await(HostEvent.Arrived.class);
        destination.order(new HostOrder.Prove());
        HostEvent.Proved proved = destination.await(HostEvent.Proved.class);
        yield moved(from, to, measured, moved, proved);
      }
      case HostEvent.Stayed stayed -> {
        narrator.say(
            "stayed",
            stayed.running() ? "the guest runs on at the source" : "the guest is stopped");
        yield stayed(from, to, measured, stayed.reason());
      }
      default -> throw new Failure("The source host said something unexpected: " + end);
    };
  }

  /** One root for both platforms, and an identity for each host that trusts the other's. */
  private void makeTrust(Path directory, String password)
      throws IOException, GeneralSecurityException {
    HostIdentity source = HostIdentity.create("sealift demo source", LOOPBACK, random);
    HostIdentity destination = HostIdentity.create("sealift demo destination", LOOPBACK, random);
    source.save(identityFile(directory, SOURCE), destination, password.toCharArray());
    destination.save(identityFile(directory, DESTINATION), source, password.toCharArray());
    ModelRoot root = ModelRoot.create(random);
    root.save(rootDirectory(directory));
    narrator.say("root", root.root().name());
  }

  /** The owner's part: a session, the launch, and the decision on its measurement. */
  private boolean launch(HostProcess source, HostEvent.Prepared platform) throws Failure {
    var guest = new PseudoRandomWriter.Plan(plan.memoryBytes(), plan.hotPages());
    try (GuestOwner owner =
        new GuestOwner(
            platform.pdh(),
            new ApiVersion(platform.apiMajor(), platform.apiMinor()),
            platform.build(),
            plan.policy(),
            random)) {
      source.order(
          new HostOrder.Launch(
              plan.memoryBytes(),
              plan.hotPages(),
              plan.policy().word(),
              owner.certificate(),
              owner.session()));
      byte[] measurement = source.await(HostEvent.Measured.class).measurement();
      if (!owner.accepts(measurement, launched(guest))) {
        throw new Failure(
            "The launch measurement is not that of the guest's image: its owner lets it go no"
                + " further.");
      }
      narrator.say("launched", "policy " + plan.policy() + "; its owner accepts the measurement");
      return true;
    }
  }

  /** What the owner knows of the launch without asking any host. */
  private byte[][] launched(PseudoRandomWriter.Plan guest) {
    byte[] image = PseudoRandomWriter.image(guest);
    return plan.policy().es()
        ? new byte[][] {image, PseudoRandomWriter.vmsa(guest)}
        : new byte[][] {image};
  }

  private void narrate(HostEvent event) {
    switch (event) {
      case HostEvent.RoundEnded ended -> narrator.round(ended.number(), ended.round());
      case HostEvent.Step step -> narrator.say("hand-over", step.words());
      default -> {}
    }
  }

  private DemoReport moved(
      HostEvent.Prepared from,
      HostEvent.Prepared to,
      boolean measured,
      HostEvent.Moved moved,
      HostEvent.Proved proved) {
    DemoReport.Move move = moved.move();
    var verification =
        new DemoReport.Verification(
            proved.pagesCompared(), proved.mismatches(), moved.stepsAtStop(), proved.steps());
    boolean verified =
        measured
            && verification.mismatches() == 0
            && verification.pagesCompared() == plan.pages()
            && verification.stepsAtEnd() > verification.stepsAtStop()
            && verification.stepsAtStop() > 0;
    return new DemoReport(
        plan.kind().word(),
        plan.kernel().name().toLowerCase(Locale.ROOT),
        true,
        new DemoReport.Side(from.pid()),
        new DemoReport.Side(to.pid()),
        new DemoReport.Guest(
            plan.memoryBytes(),
            move.privatePages(),
            move.sharedPages(),
            measured,
            plan.policy().es()),
        move.rounds(),
        move.totals(),
        move.downtime(),
        verification,
        true,
        null,
        verified);
  }

  private DemoReport stayed(
      HostEvent.Prepared from, HostEvent.Prepared to, boolean measured, @Nullable String reason) {
    return new DemoReport(
        plan.kind().word(),
        plan.kernel().name().toLowerCase(Locale.ROOT),
        true,
        new DemoReport.Side(from.pid()),
        new DemoReport.Side(to.pid()),
        new DemoReport.Guest(plan.memoryBytes(), 0, 0, measured, plan.policy().es()),
        List.of(),
        DemoReport.Totals.NONE,
        DemoReport.Downtime.NONE,
        DemoReport.Verification.NONE,
        false,
        reason,
        false);
  }

  private static String platform(HostEvent.Prepared host) {
    return "pid "
        + host.pid()
        + ", platform API "
        + new ApiVersion(host.apiMajor(), host.apiMinor())
        + " build "
        + host.build();
  }

  static Path rootDirectory(Path directory) {
    return directory.resolve("root");
  }

  static Path identityFile(Path directory, String role) {
    return directory.resolve(role + ".p12");
  }

  /**
   * What the hosts wrote to their standard error belongs to the failure, not to a file that is
   * about to vanish.
   */
  private static Failure withLogs(Failure failure, Path... logs) {
    StringBuilder words = new StringBuilder(Failure.sentence(failure));
    for (Path log : logs) {
      try {
        if (Files.exists(log) && Files.size(log) > 0) {
          words.append(System.lineSeparator()).append(Files.readString(log).strip());
        }
      } catch (IOException e) {
        words.append(System.lineSeparator()).append(log).append(" cannot be read");
      }
    }
    return new Failure(words.toString(), failure);
  }

  private static void delete(Path directory) throws IOException {
    try (var files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
