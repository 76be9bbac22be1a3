package dev.sealift.cli.fleet;

import picocli.CommandLine.Command;

/** {@code sealift fleet}. */
@Command(
    name = "fleet",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = {
      "Moves many guests between many hosts: machines are emptied.",
      "",
      "docs/fleet.md says what a fleet is and how its hosts are chosen."
    },
    footer = {"", "Example:  sealift fleet evacuate host-a --registry zk://zk1,zk2,zk3"},
    subcommands = {
      FleetStatusCommand.class,
      FleetEvacuateCommand.class,
      FleetMoveCommand.class,
      FleetRebalanceCommand.class,
      FleetCancelCommand.class,
      FleetForgetCommand.class,
      FleetCoordinateCommand.class,
      FleetSimulateCommand.class
    })
public final class FleetCommand {
  /** What picocli makes. */
  public FleetCommand() {}
}
