package dev.sealift.cli.plan;

import dev.sealift.abi.Pages;
import dev.sealift.cli.DataRate;
import dev.sealift.cli.DowntimeLimit;
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
    abbreviateSynopsis = true,
    description = {
      "Predicts rounds, time and downtime of a move, without one.",
      "",
      "It is simulated; docs/plan.md has the model and what it leaves out."
    },
    footer = {
      "",
      "Example:  sealift plan --memory 512G --dirty-rate 200MB --working-set 8G \\",
      "            --link 25Gbit --psp-latency 40us --psp-bandwidth 1GB"
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
      description = "What of it the guest shares with its host: unsealed.")
  private MemorySize shared = new MemorySize(0);

  @Option(
      names = "--dirty-rate",
      paramLabel = "RATE",
      defaultValue = "0B",
      description = "How fast the guest writes whole pages; 0 unless said.")
  private DataRate dirtyRate = new DataRate(0);

  @Option(
      names = "--working-set",
      paramLabel = "SIZE",
      description = "What it writes to; all that is private unless said.")
  private @Nullable MemorySize workingSet;

  @Option(
      names = "--writes",
      paramLabel = "uniform|sweep",
      defaultValue = "uniform",
      description = "To any page there, or to the next one (${DEFAULT-VALUE}).")
  private Spread spread = Spread.UNIFORM;

  @Option(
      names = "--link",
      paramLabel = "RATE",
      required = true,
      description = "The Ethernet between them, as sold: 25Gbit.")
  private DataRate link = new DataRate(0);

  @Option(
      names = "--rtt",
      paramLabel = "TIME",
      defaultValue = "100us",
      description = "A message there and back (${DEFAULT-VALUE}).")
  private TimeSpan roundTrip = TimeSpan.parse("100us");

  @Mixin private ProcessorOptions processors = new ProcessorOptions();

  @Option(
      names = "--kernel",
      paramLabel = "mainline|extended",
      defaultValue = "mainline",
      description = "One page a system call, or batches (${DEFAULT-VALUE}).")
  private KernelProfile kernel = KernelProfile.MAINLINE;

  @Option(
      names = "--call",
      paramLabel = "TIME",
      defaultValue = "2us",
      description = "What a system call costs by itself (${DEFAULT-VALUE}).")
  private TimeSpan call = TimeSpan.parse("2us");

  @Option(
      names = "--downtime",
      paramLabel = "TIME",
      converter = DowntimeLimit.class,
      defaultValue = "300ms",
      description = "How long the guest may stand still (${DEFAULT-VALUE}).")
  private TimeSpan downtime = TimeSpan.parse("300ms");

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "30",
      description = "Rounds at most, the last included (${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--throttle",
      paramLabel = "PERCENT",
      defaultValue = "99",
      description =
          "How much a guest that writes too fast may be slowed"
              + " down; 0 leaves it alone (${DEFAULT-VALUE}).")
  private int throttle;

  @Option(
      names = "--connections",
      paramLabel = "N",
      defaultValue = "2",
      description = "Data connections (${DEFAULT-VALUE}).")
  private int connections;

  @Option(
      names = "--batch",
      paramLabel = "PAGES",
      defaultValue = "64",
      description = "Pages in a batch (${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--limit",
      paramLabel = "RATE",
      description = "What may be sent while the guest runs.")
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
