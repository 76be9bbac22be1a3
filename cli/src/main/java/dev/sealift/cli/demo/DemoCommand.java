package dev.sealift.cli.demo;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.DowntimeLimit;
import dev.sealift.cli.HostKind;
import dev.sealift.cli.MemorySize;
import dev.sealift.cli.ModelRootDirectory;
import dev.sealift.cli.PaceOptions;
import dev.sealift.cli.TimeSpan;
import dev.sealift.crypto.cert.ModelRoot;
import dev.sealift.kernel.KernelProfile;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** {@code sealift demo}. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    abbreviateSynopsis = true,
    description = {
      "Moves a running guest between two host processes and proves its memory.",
      "",
      "Two processes start, a source and a destination, each with a platform of its own under one"
          + " model root. A guest is launched, measured by its owner, runs, is moved while it runs,"
          + " runs on, is stopped, and shows every page of itself for comparison with what its"
          + " program says it must hold."
    },
    footer = {"", "Example:  sealift demo --host kvm --memory 512M --hot-set 64M --downtime 50"})
public final class DemoCommand implements Callable<Integer> {
  private static final int LONGEST_DOWNTIME_MILLIS = 60_000;

  @Option(
      names = "--host",
      paramLabel = "auto|kvm|model",
      defaultValue = "auto",
      description = "What the hosts stand on; auto takes kvm where /dev/kvm works, else model.")
  private HostKind host = HostKind.AUTO;

  @Option(
      names = "--kernel",
      paramLabel = "mainline|extended",
      description =
          "Which SEV commands the hosts' kernels serve: those of Linux, or also those that no Linux"
              + " has (batches of pages, registers of SEV-ES guests). Mainline unless said, and with"
              + " --es extended.")
  private @Nullable KernelProfile kernel;

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      description = "The guest's memory, a multiple of 2M; 128M on kvm, 64M on model unless said.")
  private @Nullable MemorySize memory;

  @Option(
      names = "--hot-set",
      paramLabel = "SIZE",
      description =
          "The part that the guest keeps writing to, a power of two; 16M on kvm, 8M on model"
              + " unless said.")
  private @Nullable MemorySize hotSet;

  @Option(
      names = "--downtime",
      paramLabel = "TIME",
      defaultValue = "100ms",
      converter = DowntimeLimit.class,
      description = "How long the guest may stand still (default: ${DEFAULT-VALUE}).")
  private TimeSpan downtime = TimeSpan.parse("100ms");

  @Mixin private PaceOptions pace = new PaceOptions();

  @Option(
      names = "--nosend",
      description = "Launch the guest with the NOSEND policy, to see it refused.")
  private boolean noSend;

  @Option(
      names = "--es",
      description = "Launch the guest with encrypted registers, too (SEV-ES), on a model host.")
  private boolean es;

  @Option(
      names = "--root",
      paramLabel = "DIR",
      description =
          "Both platforms' model root, as sealift root create makes it; without it one is made for"
              + " this run, which takes seconds.")
  private @Nullable Path root;

  @Option(
      names = "--receipt",
      paramLabel = "FILE",
      description =
          "Keep the move's receipt in this file, and the root that it is to be checked with in"
              + " FILE.root; see: sealift receipt verify.")
  private @Nullable Path receipt;

  @Option(names = "--json", description = "Print a JSON object on the last line.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    HostKind kind = host == HostKind.AUTO && es ? HostKind.MODEL : host.resolve();
    long downtimeMillis = downtime.duration().toMillis();
    if (downtimeMillis < 1 || downtimeMillis > LONGEST_DOWNTIME_MILLIS) {
      throw new BadInput(
          "--downtime %s is out of range: give 1ms to %ds."
              .formatted(downtime, LONGEST_DOWNTIME_MILLIS / 1000));
    }
    DemoPlan plan =
        DemoPlan.of(kind, profile(), memory, hotSet, (int) downtimeMillis, noSend, es)
            .with(pace.pace());
    PrintWriter out = output();
    DemoReport report = new Demo(plan, new DemoNarrator(out), modelRoot(), receipt).run();
    if (json) {
      out.println(JsonMapper.shared().writeValueAsString(report));
    }
    out.flush();
    return report.verified() ? 0 : 1;
  }

  private @Nullable ModelRoot modelRoot() throws BadInput {
    return root == null ? null : ModelRootDirectory.load(root);
  }

  private KernelProfile profile() {
    if (kernel != null) {
      return kernel;
    }
    return es ? KernelProfile.EXTENDED : KernelProfile.MAINLINE;
  }

  private PrintWriter output() {
    return Objects.requireNonNull(spec, "picocli sets it").commandLine().getOut();
  }
}
