package dev.sealift.cli.fleet;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.cli.OutputFile;
import dev.sealift.cli.OutputOptions;
import dev.sealift.cli.Terminal;
import dev.sealift.cli.page.FleetReport;
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
  private static final int ID_BYTES = 4;
  private static final int MOST_PARALLEL = 2048;

  /** What shells say of a program that a signal has ended, but for its number. */
  private static final int SIGNALLED = 128;

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

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Write what happened as one HTML page, a new file.")
  private @Nullable Path report;

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
    if (report != null) {
      if (detach || dryRun) {
        throw new BadInput(
            "There is no report of a job that is not waited for: leave --report out.");
      }
      OutputFile.refuseExisting(report);
    }
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
    if (detach && !job.tasks().isEmpty()) {
      registry.createJob(job);
      output.print(
          FleetStatuses.job(view, job),
          "The job %s has begun; sealift fleet status shows it, and sealift fleet cancel %s calls it off.%n"
              .formatted(job.id(), job.id()));
      return ExitCode.OK;
    }
    return follow(registry, job);
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

  private int follow(Registry registry, Job job)
      throws RegistryException, BadInput, Failure, InterruptedException {
    PrintWriter err = Objects.requireNonNull(spec, "picocli sets it").commandLine().getErr();
    String address = fleet.address();
    var follower = new JobFollower(registry, address, job, new JobTicker(err, Terminal.goesUp()));
    if (!job.tasks().isEmpty()) {
      registry.createJob(job);
      follower.follow();
    }
    FleetJob end = follower.job();
    if (follower.signal() != 0) {
      err.println(
          "The job %s goes on without this command. sealift fleet status --registry %s shows it, and sealift fleet cancel %s --registry %s calls it off."
              .formatted(job.id(), address, job.id(), address));
    } else if (job.tasks().isEmpty()) {
      output.print(end, "There is nothing to move.%n".formatted());
    } else {
      output.print(end, FleetWords.ending(end));
    }
    if (report != null) {
      FleetReport.write(report, follower.story());
    }
    if (follower.signal() != 0) {
      return SIGNALLED + follower.signal();
    }
    return end.count("moved") == end.tasks().size() ? ExitCode.OK : ExitCode.SOFTWARE;
  }
}
