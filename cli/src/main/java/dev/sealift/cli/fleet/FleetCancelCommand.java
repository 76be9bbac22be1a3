package dev.sealift.cli.fleet;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.cli.OutputOptions;
import dev.sealift.cli.view.FleetJob;
import dev.sealift.fleet.Job;
import dev.sealift.fleet.Versioned;
import dev.sealift.fleet.registry.Registry;
import dev.sealift.fleet.registry.RegistryException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code sealift fleet cancel}. */
@Command(
    name = "cancel",
    mixinStandardHelpOptions = true,
    description = {
      "Calls a job off: nothing new begins, and moves under way are called off where they still"
          + " can be. What has moved stays where it is."
    },
    footer = {"", "Example:  sealift fleet cancel 3f2a9c01 --registry zk://zk1,zk2,zk3"})
final class FleetCancelCommand implements Callable<Integer> {
  @Parameters(paramLabel = "JOB", description = "Which job; sealift fleet status shows them.")
  private String id = "";

  @Mixin private FleetConnection fleet = new FleetConnection();
  @Mixin private OutputOptions output = new OutputOptions();

  @Override
  public Integer call() throws BadInput, Failure, InterruptedException {
    return fleet.use(this::cancel);
  }

  private int cancel(Registry registry) throws RegistryException, BadInput {
    while (true) {
      Versioned<Job> found =
          registry
              .job(id)
              .orElseThrow(() ->
                  new BadInput(
                      "The fleet has no job '%s': sealift fleet status shows them.".formatted(id)));
      Job job = found.value();
      if (job.state() == Job.State.ENDED) {
        FleetJob ended = FleetStatuses.job(registry.view(), job);
        output.print(ended, "The job had ended: %s%n".formatted(FleetWords.line(ended)));
        return ExitCode.SOFTWARE;
      }
      try {
        Job next = job.cancelling();
        registry.replaceJob(next, found.version());
        FleetJob view = FleetStatuses.job(registry.view(), next);
        output.print(view, "%s is being called off.%n".formatted(FleetWords.line(view)));
        return ExitCode.OK;
      } catch (RegistryException stale) {
        if (stale.kind() != RegistryException.Kind.STALE) {
          throw stale;
        }
        // The coordinator was faster: what it wrote is called off.
      }
    }
  }
}
