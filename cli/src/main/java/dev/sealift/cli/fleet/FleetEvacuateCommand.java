package dev.sealift.cli.fleet;

import dev.sealift.cli.BadInput;
import dev.sealift.fleet.FleetView;
import dev.sealift.fleet.Job;
import dev.sealift.fleet.JobPolicy;
import dev.sealift.fleet.plan.NewJobs;
import dev.sealift.fleet.plan.Prediction;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code sealift fleet evacuate}. */
@Command(
    name = "evacuate",
    mixinStandardHelpOptions = true,
    description = {
      "Moves every guest away from a host, to hosts that may have it and have room. The job is in"
          + " the registry: it goes on without this command, and without any one coordinator."
    },
    footer = {"", "Example:  sealift fleet evacuate host-a --registry zk://zk1,zk2,zk3 --dry-run"},
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:every guest has moved",
      "1:some stay, and why",
      "2:bad input",
      "130:you left; it goes on"
    })
final class FleetEvacuateCommand extends JobCommand {
  @Parameters(paramLabel = "HOST", description = "The host to be emptied.")
  private String host = "";

  @Override
  Job job(String id, FleetView view, JobPolicy how) throws BadInput {
    Set<String> known = new TreeSet<>(view.hosts().keySet());
    view.guests().values().forEach(guest -> known.add(guest.value().owner()));
    if (!known.contains(host)) {
      throw new BadInput(
          "The fleet has no host '%s'; it has %s.".formatted(host, String.join(", ", known)));
    }
    return NewJobs.evacuation(id, view, Set.of(host), how, Prediction.ASSUMED);
  }
}
