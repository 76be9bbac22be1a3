package dev.sealift.cli.demo;

import dev.sealift.abi.Pages;
import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.cli.OutputFile;
import dev.sealift.cli.PaceOptions;
import dev.sealift.cli.process.HostProcess;
import dev.sealift.cli.process.HostRole;
import dev.sealift.cli.process.HostTrust;
import dev.sealift.cli.process.WorkDirectory;
import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.cert.ModelRoot;
import dev.sealift.crypto.launch.LaunchImage;
import dev.sealift.crypto.launch.MalformedLaunchException;
import dev.sealift.migration.receipt.MalformedReceiptException;
import dev.sealift.migration.receipt.Receipt;
import dev.sealift.migration.receipt.ReceiptCheck;
import dev.sealift.migration.trust.Verdict;
import dev.sealift.vmm.guest.PseudoRandomWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The demonstration: makes a model root and two identities, starts two host processes, plays the
 * guest's owner, and has the guest launched, moved and proved.
 */
final class Demo {
  private static final long MOVE_HEAP = 128 << 20;
  private static final String ROOT_SUFFIX = ".root";

  private final DemoPlan plan;
  private final DemoNarrator narrator;
  private final @Nullable ModelRoot givenRoot;
  private final @Nullable Path receiptFile;
  private final SecureRandom random = new SecureRandom();
  private @Nullable Verdict ofDestination;
  private @Nullable Verdict ofSource;

  /**
   * A demonstration.
   *
   * @param givenRoot the maker of both platforms; null for one that is made for this run
   * @param receiptFile where the move's receipt goes, and beside it, with {@value #ROOT_SUFFIX}
   *     behind its name, the root that its reader must believe in; null where nobody wants it
   */
  Demo(
      DemoPlan plan,
      DemoNarrator narrator,
      @Nullable ModelRoot givenRoot,
      @Nullable Path receiptFile) {
    this.plan = plan;
    this.narrator = narrator;
    this.givenRoot = givenRoot;
    this.receiptFile = receiptFile;
  }

  DemoReport run() throws BadInput, Failure, IOException, GeneralSecurityException {
    if (receiptFile != null) {
      OutputFile.refuseExisting(receiptFile);
      OutputFile.refuseExisting(rootFile(receiptFile));
    }
    narrator.begin(plan);
    try (WorkDirectory directory = WorkDirectory.create("sealift-demo-");
        HostProcess<HostOrder, HostEvent> source = start(HostRole.SOURCE, directory);
        HostProcess<HostOrder, HostEvent> destination = start(HostRole.DESTINATION, directory)) {
      try {
        DemoReport report = run(directory.path(), source, destination);
        narrator.summary(report);
        return report;
      } catch (Failure e) {
        throw directory.withLogs(e);
      }
    }
  }

  private HostProcess<HostOrder, HostEvent> start(HostRole role, WorkDirectory directory)
      throws IOException {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(
        List.of(
            "demo-host",
            role.word(),
            "--host",
            plan.kind().word(),
            "--kernel",
            plan.kernel().name(),
            "--directory",
            directory.path().toString()));
    arguments.addAll(PaceOptions.of(plan.pace()));
    List<String> options =
        role == HostRole.DESTINATION ? List.of("-Xmx" + proofBytes()) : List.of();
    return HostProcess.start(
        role.word(), options, arguments, HostEvent.class, directory.log(role.word()));
  }

  /**
   * The heap that the proof takes, which is no part of a move: the guest's program is done over,
   * and each processor holds the hot set for it.
   */
  private long proofBytes() {
    long hotSet = plan.hotPages() * Pages.SIZE;
    return MOVE_HEAP + hotSet * (1 + Runtime.getRuntime().availableProcessors());
  }

  private DemoReport run(
      Path directory,
      HostProcess<HostOrder, HostEvent> source,
      HostProcess<HostOrder, HostEvent> destination)
      throws BadInput, Failure, IOException, GeneralSecurityException {
    String password = HexFormat.of().formatHex(random.generateSeed(16));
    ModelRoot root = givenRoot == null ? ModelRoot.create(random) : givenRoot;
    HostTrust.save(root, directory, "sealift demo", password, random);
    narrator.say("root", root.root().name());
    source.order(new HostOrder.Prepare(password));
    destination.order(new HostOrder.Prepare(password));
    HostEvent.Prepared from = source.await(HostEvent.Prepared.class);
    HostEvent.Prepared to = destination.await(HostEvent.Prepared.class);
    narrator.say(HostRole.SOURCE.word(), platform(from));
    narrator.say(
        HostRole.DESTINATION.word(), platform(to) + ", listening on 127.0.0.1:" + to.port());

    boolean measured = launch(source, from);
    source.order(new HostOrder.Run());
    source.await(HostEvent.Running.class);
    narrator.say("running", "the guest has filled its memory and keeps writing to it");

    source.order(new HostOrder.Migrate(to.port(), plan.downtimeMillis()));
    HostEvent end =
        source.await(
            event -> event instanceof HostEvent.Moved || event instanceof HostEvent.Stayed,
            this::narrate);
    return switch (end) {
      case HostEvent.Moved moved -> {
        narrator.say("moved", "the guest runs at the destination only");
        destination.await(event -> event instanceof HostEvent.Arrived, this::hearDestination);
        DemoReport.Receipt receipt = receipt(moved.receipt(), root);
        destination.order(new HostOrder.Prove());
        HostEvent.Proved proved = destination.await(HostEvent.Proved.class);
        yield moved(from, to, measured, moved, proved, receipt);
      }
      case HostEvent.Stayed stayed -> {
        narrator.say(
            "stayed",
            stayed.running() ? "the guest runs on at the source" : "the guest is stopped");
        yield stayed(from, to, measured, stayed);
      }
      default -> throw new Failure("The source host said something unexpected: " + end);
    };
  }

  /** The owner's part: a session, the launch, and the decision on its measurement. */
  private boolean launch(HostProcess<HostOrder, HostEvent> source, HostEvent.Prepared platform)
      throws Failure {
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
    } catch (MalformedLaunchException e) {
      throw new Failure("The source reports no launch measurement: " + e.getMessage(), e);
    }
  }

  /** What the owner knows of the launch without asking any host. */
  private LaunchImage launched(PseudoRandomWriter.Plan guest) throws MalformedLaunchException {
    LaunchImage image = LaunchImage.of(PseudoRandomWriter.image(guest));
    return plan.policy().es() ? image.withVmsa(PseudoRandomWriter.vmsa(guest)) : image;
  }

  private void narrate(HostEvent event) {
    switch (event) {
      case HostEvent.RoundEnded ended -> narrator.round(ended.number(), ended.round());
      case HostEvent.Step step -> narrator.say("hand-over", step.words());
      case HostEvent.Judged judged -> {
        ofDestination = judged.verdict();
        judged.verdict().rules().forEach(rule -> narrator.say("policy", rule.toString()));
      }
      default -> {}
    }
  }

  private void hearDestination(HostEvent event) {
    if (event instanceof HostEvent.Judged judged) {
      ofSource = judged.verdict();
    }
  }

  /** Checks the receipt as somebody would who has nothing but it and the root. */
  private DemoReport.@Nullable Receipt receipt(byte @Nullable [] bytes, ModelRoot root)
      throws BadInput, Failure {
    if (bytes == null) {
      return null;
    }
    Receipt receipt;
    try {
      receipt = Receipt.decode(bytes);
    } catch (MalformedReceiptException malformed) {
      throw new Failure("The move's receipt cannot be read: " + malformed.getMessage(), malformed);
    }
    if (receiptFile != null) {
      OutputFile.write(receiptFile, bytes);
      OutputFile.write(rootFile(receiptFile), root.amdCertificates());
    }
    Verdict verdict = new ReceiptCheck(List.of(root.root())).verify(receipt, null);
    narrator.say(
        "receipt",
        verdict.holds()
            ? "both platforms signed it" + (receiptFile == null ? "" : "; it is in " + receiptFile)
            : verdict.faults());
    return new DemoReport.Receipt(
        verdict.holds(), HexFormat.of().formatHex(receipt.statement().manifest()), bytes.length);
  }

  private static Path rootFile(Path receiptFile) {
    return receiptFile.resolveSibling(receiptFile.getFileName() + ROOT_SUFFIX);
  }

  private DemoReport moved(
      HostEvent.Prepared from,
      HostEvent.Prepared to,
      boolean measured,
      HostEvent.Moved moved,
      HostEvent.Proved proved,
      DemoReport.@Nullable Receipt receipt) {
    DemoReport.Move move = moved.move();
    var verification =
        new DemoReport.Verification(
            proved.pagesCompared(), proved.mismatches(), moved.stepsAtStop(), proved.steps());
    boolean verified =
        measured
            && receipt != null
            && receipt.verified()
            && verification.mismatches() == 0
            && verification.pagesCompared() == plan.pages()
            && verification.stepsAtEnd() > verification.stepsAtStop()
            && verification.stepsAtStop() > 0;
    return new DemoReport(
        plan.kind().word(),
        plan.kernel().name().toLowerCase(Locale.ROOT),
        DemoReport.Pace.of(plan.pace()),
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
        DemoReport.Verdicts.of(ofDestination, ofSource),
        receipt,
        true,
        null,
        null,
        verified);
  }

  private DemoReport stayed(
      HostEvent.Prepared from, HostEvent.Prepared to, boolean measured, HostEvent.Stayed stayed) {
    return new DemoReport(
        plan.kind().word(),
        plan.kernel().name().toLowerCase(Locale.ROOT),
        DemoReport.Pace.of(plan.pace()),
        true,
        new DemoReport.Side(from.pid()),
        new DemoReport.Side(to.pid()),
        new DemoReport.Guest(plan.memoryBytes(), 0, 0, measured, plan.policy().es()),
        List.of(),
        DemoReport.Totals.NONE,
        DemoReport.Downtime.NONE,
        DemoReport.Verification.NONE,
        DemoReport.Verdicts.of(ofDestination, ofSource),
        null,
        false,
        stayed.reason(),
        stayed.more(),
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
}
