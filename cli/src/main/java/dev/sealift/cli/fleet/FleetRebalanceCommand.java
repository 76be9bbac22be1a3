package dev.sealift.cli.fleet;

import dev.sealift.cli.BadInput;
import dev.sealift.fleet.FleetView;
import dev.sealift.fleet.Job;
import dev.sealift.fleet.JobPolicy;
import dev.sealift.fleet.plan.Prediction;
import dev.sealift.fleet.plan.Rebalance;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code sealift fleet rebalance}. */
@Command(
    name = "rebalance",
    mixinStandardHelpOptions = true,
    description = "Brings the hosts of a fleet to like shares of memory, with as few bytes moved.",
    footer = {"", "Example:  sealift fleet rebalance --registry zk://zk1,zk2,zk3 --dry-run"},
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:every guest has moved",
      "1:some stay, and why",
      "2:bad input",
      "130:you left; it goes on"
    })
final class FleetRebalanceCommand extends JobCommand {
  @Option(
      names = "--within",
      paramLabel = "PERCENT",
      description = "How far apart shares of memory may stay (10).")
  private int percent = 10;

  @Override
  Job job(String id, FleetView view, JobPolicy how) throws BadInput {
    if (percent < 1 || percent > 100) {
      throw new BadInput("--within is 1 to 100 percent, not %d.".formatted(percent));
    }
    return Rebalance.of(id, view, how, Prediction.ASSUMED, percent);
  }
}
