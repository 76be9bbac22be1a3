package dev.sealift.cli.fleet;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.cli.OutputOptions;
import dev.sealift.cli.view.FleetStatus;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;

/** {@code sealift fleet status}. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = "Shows a fleet's hosts, guests, and what is under way.",
    footer = {"", "Example:  sealift fleet status --registry zk://zk1,zk2,zk3"})
final class FleetStatusCommand implements Callable<Integer> {
  @Mixin private FleetConnection fleet = new FleetConnection();
  @Mixin private OutputOptions output = new OutputOptions();

  @Override
  public Integer call() throws BadInput, Failure, InterruptedException {
    String address = fleet.address();
    FleetStatus status = fleet.use(registry -> FleetStatuses.of(registry, address));
    output.print(status, FleetWords.of(status));
    return ExitCode.OK;
  }
}
