package dev.sealift.cli.plan;

import dev.sealift.abi.Pages;
import dev.sealift.cli.DataRate;
import dev.sealift.cli.MemorySize;
import dev.sealift.cli.OutputOptions;
import dev.sealift.cli.TimeSpan;
import dev.sealift.kernel.KernelProfile;
import dev.sealift.migration.MoveOptions;
import dev.sealift.migration.plan.GuestModel;
import dev.sealift.migration.plan.GuestWrites;
import dev.sealift.migration.plan.KernelModel;
import dev.sealift.migration.plan.LinkModel;
import dev.sealift.migration.plan.Scenario;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sealift plan}. */
@Command(
    name = "plan",
    mixinStandardHelpOptions = true,
    description = {
      "Predicts rounds, time and downtime of a move, without one.",
      "",
      "The move is simulated with a clock that nobody waits for; its rounds end by the same rule as"
          + " those of a real one. docs/plan.md has the model and what it leaves out."
    },
    footer = {
      "",
      "Example:  sealift plan --memory 512G --dirty-rate 200MB --working-set 8G --link 25Gbit"
          + " --psp-latency 40us --psp-bandwidth 1GB --downtime 300ms"
    })
public final class PlanCommand implements Callable<Integer> {

  /** How a guest's writes spread over its working set. */
  enum Spread {
    UNIFORM,
    SWEEP
  }

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      required = true,
      description = "The guest's memory, for example 512G.")
  private MemorySize memory = new MemorySize(0);

  @Option(
      names = "--shared",
      paramLabel = "SIZE",
      defaultValue = "0",
      description = "The part of it that the guest shares with its host: it is not sealed.")
  private MemorySize shared = new MemorySize(0);

  @Option(
      names = "--dirty-rate",
      paramLabel = "RATE",
      defaultValue = "0B",
      description = "How fast the guest writes, counted in whole pages; it is idle unless said.")
  private DataRate dirtyRate = new DataRate(0);

  @Option(
      names = "--working-set",
      paramLabel = "SIZE",
      description = "The part of its memory that it writes to; all that is private unless said.")
  private @Nullable MemorySize workingSet;

  @Option(
      names = "--writes",
      paramLabel = "uniform|sweep",
      defaultValue = "uniform",
      description =
          "Whether each write goes to any page of the working set, or to the one after the last"
              + " (default: ${DEFAULT-VALUE}).")
  private Spread spread = Spread.UNIFORM;

  @Option(
      names = "--link",
      paramLabel = "RATE",
      required = true,
      description = "The Ethernet between the hosts, as it is sold, for example 25Gbit.")
  private DataRate link = new DataRate(0);

  @Option(
      names = "--rtt",
      paramLabel = "TIME",
      defaultValue = "100us",
      description = "How long a message takes there and back (default: ${DEFAULT-VALUE}).")
  private TimeSpan roundTrip = TimeSpan.parse("100us");

  @Mixin private ProcessorOptions processors = new ProcessorOptions();

  @Option(
      names = "--kernel",
      paramLabel = "mainline|extended",
      defaultValue = "mainline",
      description =
          "The hosts' kernels: one page a system call, or whole batches (default:"
              + " ${DEFAULT-VALUE}).")
  private KernelProfile kernel = KernelProfile.MAINLINE;

  @Option(
      names = "--call",
      paramLabel = "TIME",
      defaultValue = "2us",
      description =
          "What a system call costs beside the Secure Processor (default: ${DEFAULT-VALUE}).")
  private TimeSpan call = TimeSpan.parse("2us");

  @Option(
      names = "--downtime",
      paramLabel = "TIME",
      defaultValue = "300ms",
      description = "How long the guest may stand still (default: ${DEFAULT-VALUE}).")
  private TimeSpan downtime = TimeSpan.parse("300ms");

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "30",
      description = "Rounds at most, the last one included (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--throttle",
      paramLabel = "PERCENT",
      defaultValue = "99",
      description =
          "For how much of the time the guest may be kept standing if it writes faster than it is"
              + " sent; 0 leaves it alone (default: ${DEFAULT-VALUE}).")
  private int throttle;

  @Option(
      names = "--connections",
      paramLabel = "N",
      defaultValue = "2",
      description = "Data connections (default: ${DEFAULT-VALUE}).")
  private int connections;

  @Option(
      names = "--batch",
      paramLabel = "PAGES",
      defaultValue = "64",
      description = "Pages in a batch (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--limit",
      paramLabel = "RATE",
      description = "What the move may send while the guest runs; no limit unless said.")
  private @Nullable DataRate limit;

  @Mixin private OutputOptions output = new OutputOptions();

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    PlanReport report;
    try {
      report = PlanReport.of(scenario(), processors.origin());
    } catch (IllegalArgumentException rule) {
      throw new ParameterException(commandLine(), sentence(rule), rule);
    }
    output.print(report, PlanPage.of(report));
    return CommandLine.ExitCode.OK;
  }

  private Scenario scenario() {
    return new Scenario(
        guest(),
        processors.source(),
        processors.destination(),
        new KernelModel(call.duration(), kernel == KernelProfile.EXTENDED ? batch : 1),
        LinkModel.ethernet(link.bytesPerSecond(), roundTrip.duration()),
        options());
  }

  private GuestModel guest() {
    long pages = pages("--memory", memory);
    long sharedPages = pages("--shared", shared);
    long working = workingSet == null ? pages - sharedPages : pages("--working-set", workingSet);
    double writes = (double) dirtyRate.bytesPerSecond() / Pages.SIZE;
    return new GuestModel(
        pages,
        sharedPages,
        switch (spread) {
          case UNIFORM -> new GuestWrites.Uniform(writes, Math.max(0, working));
          case SWEEP -> new GuestWrites.Sweep(writes, Math.max(0, working));
        });
  }

  private static long pages(String option, MemorySize size) {
    if (size.bytes() % Pages.SIZE != 0) {
      throw new IllegalArgumentException(option + " is not a whole number of pages of 4 KiB");
    }
    return size.bytes() / Pages.SIZE;
  }

  private MoveOptions options() {
    MoveOptions options = MoveOptions.DEFAULT;
    return new MoveOptions(
        downtime.duration(),
        throttle,
        rounds,
        connections,
        batch,
        limit == null ? OptionalLong.empty() : OptionalLong.of(limit.bytesPerSecond()),
        options.timeout(),
        kernel == KernelProfile.MAINLINE,
        options.resumeLimit());
  }

  private static String sentence(IllegalArgumentException rule) {
    String words = Objects.requireNonNullElse(rule.getMessage(), "these values do not fit");
    return Character.toUpperCase(words.charAt(0)) + words.substring(1) + ".";
  }

  private CommandLine commandLine() {
    return Objects.requireNonNull(spec, "picocli sets it").commandLine();
  }
}
