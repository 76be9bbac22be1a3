package dev.sealift.cli.guest;

import picocli.CommandLine.Command;

/** {@code sealift guest}. */
@Command(
    name = "guest",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Starts, shows and ends guests of a host that runs (sealift host).",
    footer = {"", "Example:  sealift guest start web --memory 128M --workload writer:hot=8M"},
    subcommands = {
      GuestStartCommand.class,
      GuestListCommand.class,
      GuestShowCommand.class,
      GuestPauseCommand.class,
      GuestResumeCommand.class,
      GuestProveCommand.class,
      GuestStopCommand.class
    })
public final class GuestCommand {

  /** What picocli makes. */
  public GuestCommand() {}
}
