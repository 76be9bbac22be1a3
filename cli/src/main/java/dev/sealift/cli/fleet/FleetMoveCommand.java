package dev.sealift.cli.fleet;

import dev.sealift.cli.BadInput;
import dev.sealift.fleet.FleetView;
import dev.sealift.fleet.GuestRecord;
import dev.sealift.fleet.Job;
import dev.sealift.fleet.JobPolicy;
import dev.sealift.fleet.Versioned;
import dev.sealift.fleet.plan.NewJobs;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code sealift fleet move}. */
@Command(
    name = "move",
    mixinStandardHelpOptions = true,
    description = "Moves one guest to one host of a fleet, wherever it is.",
    footer = {"", "Example:  sealift fleet move web host-b --registry zk://zk1,zk2,zk3"},
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:it has moved",
      "1:it stays, and why",
      "2:bad input",
      "130:you left; it goes on"
    })
final class FleetMoveCommand extends JobCommand {
  @Parameters(index = "0", paramLabel = "GUEST", description = "Which guest.")
  private String guest = "";

  @Parameters(index = "1", paramLabel = "HOST", description = "Where it goes.")
  private String host = "";

  @Override
  Job job(String id, FleetView view, JobPolicy how) throws BadInput {
    Versioned<GuestRecord> known = view.guests().get(guest);
    if (known == null) {
      throw new BadInput(
          "The fleet has no guest '%s': sealift fleet status lists them.".formatted(guest));
    }
    if (!view.hosts().containsKey(host)) {
      throw new BadInput("No host '%s' is there: sealift fleet status lists them.".formatted(host));
    }
    return NewJobs.move(id, known.value(), host, how);
  }
}
