package dev.sealift.cli.root;

import picocli.CommandLine.Command;

/** {@code sealift root}. */
@Command(
    name = "root",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = {
      "Makes and shows model roots: an ARK and an ASK that sign the chips of platforms in software,"
          + " in AMD's place.",
      "",
      "Platforms under one root trust each other. Nobody else believes them, and nobody should:"
          + " whoever has the root's directory makes as many chips as they like."
    },
    footer = {"", "Example:  sealift root create ./root"},
    subcommands = {RootCreateCommand.class, RootShowCommand.class})
public final class RootCommand {
  /** What picocli makes. */
  public RootCommand() {}
}
