package dev.sealift.cli.fleet;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.cli.run.PassedOnSignals;
import dev.sealift.fleet.registry.Coordinator;
import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sealift fleet coordinate}. */
@Command(
    name = "coordinate",
    mixinStandardHelpOptions = true,
    description = {
      "Stands for coordinator of a fleet until SIGINT or SIGTERM, on a machine that need not have"
          + " guests. Every sealift host --registry does so, too; one is elected at a time."
    },
    footer = {"", "Example:  sealift fleet coordinate --registry zk://zk1,zk2,zk3"})
final class FleetCoordinateCommand implements Callable<Integer> {
  @Option(names = "--name", paramLabel = "NAME", description = "By which others see it.")
  private String name = "coordinator-" + ProcessHandle.current().pid();

  @Mixin private FleetConnection fleet = new FleetConnection();
  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws BadInput, Failure, InterruptedException {
    PrintWriter err = Objects.requireNonNull(spec, "picocli sets it").commandLine().getErr();
    var end = new CountDownLatch(1);
    try (PassedOnSignals _ = PassedOnSignals.all(signal -> end.countDown())) {
      return fleet.use(registry -> {
        try (Coordinator _ =
            Coordinator.start(registry, name, InstantSource.system(), err::println)) {
          err.println("%s stands for coordinator.".formatted(name));
          end.await();
        }
        return ExitCode.OK;
      });
    }
  }
}
