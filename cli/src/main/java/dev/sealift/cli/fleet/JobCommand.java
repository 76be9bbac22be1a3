package dev.sealift.cli.fleet;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.cli.OutputOptions;
import dev.sealift.cli.view.FleetJob;
import dev.sealift.fleet.FleetView;
import dev.sealift.fleet.Job;
import dev.sealift.fleet.JobPolicy;
import dev.sealift.fleet.plan.Choice;
import dev.sealift.fleet.plan.Prediction;
import dev.sealift.fleet.plan.Preview;
import dev.sealift.fleet.registry.Registry;
import dev.sealift.fleet.registry.RegistryException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * A command that has a fleet move guests: it writes a job into the registry, and shows how whoever
 * coordinates has it done. The job does not need it any more.
 */
abstract class JobCommand implements Callable<Integer> {
  private static final Duration LOOK = Duration.ofMillis(500);
  private static final int ID_BYTES = 4;
  private static final int MOST_PARALLEL = 2048;

  @Option(
      names = "--policy",
      paramLabel = "FILE",
      description = "Where guests may go, and how (docs/fleet.md).")
  private @Nullable Path policy;

  @Option(
      names = "--parallel",
      paramLabel = "N",
      description = "Moves at a time; more than what the policy says.")
  private @Nullable Integer parallel;

  @Option(names = "--dry-run", description = "Say where each guest would go; move nothing.")
  private boolean dryRun;

  @Option(names = "--detach", description = "Do not wait for the end.")
  private boolean detach;

  @Mixin private FleetConnection fleet = new FleetConnection();
  @Mixin private OutputOptions output = new OutputOptions();
  @Spec private @Nullable CommandSpec spec;

  /**
   * What is to be done.
   *
   * @param id of the job
   * @throws BadInput if a name that was given is none in the fleet
   */
  abstract Job job(String id, FleetView view, JobPolicy how) throws BadInput;

  /** What a dry run found, for programs. */
  record Planned(boolean dryRun, List<Move> moves) {
    Planned {
      moves = List.copyOf(moves);
    }

    record Move(String guest, String from, @Nullable String to, @Nullable String reason) {}
  }

  @Override
  public final Integer call() throws BadInput, Failure, InterruptedException {
    JobPolicy how = policy();
    return fleet.use(registry -> run(registry, how));
  }

  private JobPolicy policy() throws BadInput {
    JobPolicy read = policy == null ? JobPolicy.DEFAULT : PolicyFile.read(policy);
    if (parallel == null) {
      return read;
    }
    if (parallel < 1 || parallel > MOST_PARALLEL) {
      throw new BadInput("--parallel is 1 to %d, not %d.".formatted(MOST_PARALLEL, parallel));
    }
    return read.withParallel(parallel);
  }

  private int run(Registry registry, JobPolicy how)
      throws RegistryException, BadInput, Failure, InterruptedException {
    FleetView view = registry.view();
    byte[] unique = new byte[ID_BYTES];
    new SecureRandom().nextBytes(unique);
    Job job = job(HexFormat.of().formatHex(unique), view, how);
    if (dryRun) {
      return preview(Preview.of(view, job, Prediction.ASSUMED));
    }
    if (job.tasks().isEmpty()) {
      output.print(FleetStatuses.job(view, job), "There is nothing to move.%n".formatted());
      return ExitCode.OK;
    }
    registry.createJob(job);
    if (detach) {
      output.print(
          FleetStatuses.job(view, job),
          "The job %s has begun; sealift fleet status shows it, and sealift fleet cancel %s calls it off.%n"
              .formatted(job.id(), job.id()));
      return ExitCode.OK;
    }
    return follow(registry, job.id());
  }

  private int preview(Preview preview) {
    Planned planned =
        new Planned(
            true,
            preview.moves().stream()
                .map(move ->
                    switch (move.choice()) {
                      case Choice.To(String host) ->
                          new Planned.Move(move.task().guest(), move.task().from(), host, null);
                      case Choice.Nowhere nowhere ->
                          new Planned.Move(
                              move.task().guest(), move.task().from(), null, nowhere.sentence());
                    })
                .toList());
    output.print(planned, FleetWords.of(preview));
    return planned.moves().stream().allMatch(move -> move.to() != null)
        ? ExitCode.OK
        : ExitCode.SOFTWARE;
  }

  /** To the end of the job; a registry that is away for a while is waited for. */
  private int follow(Registry registry, String id)
      throws RegistryException, Failure, InterruptedException {
    PrintWriter err = Objects.requireNonNull(spec, "picocli sets it").commandLine().getErr();
    String told = "";
    while (true) {
      FleetJob now;
      try {
        Job job =
            registry
                .job(id)
                .orElseThrow(
                    () -> new Failure("The job %s is not in the registry any more.".formatted(id)))
                .value();
        now = FleetStatuses.job(registry.view(), job);
      } catch (RegistryException away) {
        if (away.kind() != RegistryException.Kind.UNREACHABLE) {
          throw away;
        }
        err.println(Failure.sentence(away));
        continue;
      }
      String line = FleetWords.line(now);
      if (!line.equals(told)) {
        err.println(line);
        err.flush();
        told = line;
      }
      if (now.ended()) {
        output.print(now, FleetWords.ending(now));
        return now.count("moved") == now.tasks().size() ? ExitCode.OK : ExitCode.SOFTWARE;
      }
      Thread.sleep(LOOK);
    }
  }
}
