package dev.sealift.cli.fleet;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.DataRate;
import dev.sealift.cli.OutputOptions;
import dev.sealift.cli.TimeSpan;
import dev.sealift.fleet.JobPolicy;
import dev.sealift.fleet.plan.Prediction;
import dev.sealift.fleet.simulate.Fault;
import dev.sealift.fleet.simulate.FleetSimulation;
import dev.sealift.fleet.simulate.SimulationReport;
import dev.sealift.fleet.simulate.SimulationSettings;
import dev.sealift.migration.plan.ProcessorModel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sealift fleet simulate}. */
@Command(
    name = "simulate",
    mixinStandardHelpOptions = true,
    abbreviateSynopsis = true,
    description = {
      "Empties a rack of a fleet that does not exist, while things break.",
      "",
      "Planner, jobs and hand-over are the real ones; clock, links and",
      "registry are simulated. The same seed tells the same. Exit code 1",
      "where a guest could run twice, or is lost; docs/fleet.md says more."
    },
    footer = {
      "",
      "Examples:  sealift fleet simulate",
      "           sealift fleet simulate --seed 7 --fail host=60,gone=0 --json"
    })
public final class FleetSimulateCommand implements Callable<Integer> {
  @Option(
      names = "--hosts",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Hosts in all (${DEFAULT-VALUE}).")
  private int hosts;

  @Option(
      names = "--guests",
      paramLabel = "N",
      defaultValue = "50000",
      description = "Guests on all of them (${DEFAULT-VALUE}).")
  private int guests;

  @Option(
      names = "--rack-size",
      paramLabel = "N",
      defaultValue = "40",
      description = "Hosts in a rack; one is emptied (${DEFAULT-VALUE}).")
  private int rackSize;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Of everything that is drawn (${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--fail",
      paramLabel = "KIND=RATE",
      hideParamSyntax = true,
      split = ",",
      description = {
        "What breaks how often an hour in the whole fleet, with",
        "commas: host=6, gone=0.5, coordinator=6, cut=12 (a host",
        "from the registry), registry=2, link=12 unless said;",
        "none for nothing but what is named."
      })
  private List<String> fail = List.of();

  @Option(
      names = "--policy",
      paramLabel = "FILE",
      description = "How guests are moved; docs/fleet.md has the form.")
  private @Nullable Path policyFile;

  @Option(
      names = "--parallel",
      paramLabel = "N",
      description = "Moves at a time; 2 a host of the rack unless said.")
  private @Nullable Integer parallel;

  @Option(
      names = "--psp-latency",
      paramLabel = "TIME",
      defaultValue = "100us",
      description = "What a command of a processor costs (${DEFAULT-VALUE}).")
  private TimeSpan latency = TimeSpan.parse("100us");

  @Option(
      names = "--psp-bandwidth",
      paramLabel = "RATE",
      defaultValue = "200MB",
      description = "How fast data goes through it (${DEFAULT-VALUE}).")
  private DataRate bandwidth = new DataRate(0);

  @Mixin private OutputOptions output = new OutputOptions();

  /** What picocli makes. */
  public FleetSimulateCommand() {}

  @Override
  public Integer call() throws BadInput {
    SimulationSettings settings = settings();
    SimulationReport report = FleetSimulation.run(settings);
    output.print(report, SimulationPage.of(report, settings));
    return report.violations() == 0 ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
  }

  private SimulationSettings settings() throws BadInput {
    try {
      return new SimulationSettings(
          hosts,
          guests,
          rackSize,
          seed,
          faults(),
          policy(),
          new Prediction(
              new ProcessorModel(latency.duration(), OptionalLong.of(bandwidth.bytesPerSecond()))));
    } catch (IllegalArgumentException rule) {
      throw new BadInput("That cannot be simulated: " + rule.getMessage() + ".", rule);
    }
  }

  private JobPolicy policy() throws BadInput {
    JobPolicy policy = policyFile == null ? JobPolicy.DEFAULT : PolicyFile.read(policyFile);
    if (parallel == null) {
      return policyFile == null
          ? withParallel(policy, Math.max(1, policy.perHost() * rackSize))
          : policy;
    }
    if (parallel < 1) {
      throw new BadInput("There is at least 1 move at a time: not " + parallel + ".");
    }
    return withParallel(policy, parallel);
  }

  private static JobPolicy withParallel(JobPolicy policy, int parallel) {
    return new JobPolicy(
        parallel,
        policy.perHost(),
        policy.perLink(),
        policy.order(),
        policy.attempts(),
        policy.downtimeMillis(),
        policy.bytesPerSecond(),
        policy.headroomPercent(),
        policy.apart(),
        policy.labels(),
        policy.generations(),
        policy.apiMajor(),
        policy.apiMinor(),
        policy.sameOwner());
  }

  private Map<Fault, Double> faults() throws BadInput {
    Map<Fault, Double> rates = new EnumMap<>(Fault.class);
    boolean none = fail.contains("none");
    for (Fault fault : Fault.values()) {
      rates.put(fault, none ? 0 : fault.perHour());
    }
    for (String word : fail) {
      if (!word.equals("none")) {
        set(rates, word);
      }
    }
    return rates;
  }

  private static void set(Map<Fault, Double> rates, String word) throws BadInput {
    String[] parts = word.split("=", -1);
    for (Fault fault : Fault.values()) {
      if (parts.length == 2 && fault.word().equals(parts[0])) {
        try {
          rates.put(fault, Double.parseDouble(parts[1]));
          return;
        } catch (NumberFormatException notANumber) {
          break;
        }
      }
    }
    throw new BadInput(
        "'%s' says nothing that breaks; write none, or how often an hour: %s."
            .formatted(
                word,
                Arrays.stream(Fault.values())
                    .map(fault -> fault.word() + "=" + fault.perHour())
                    .collect(Collectors.joining(", "))));
  }
}
