package dev.sealift.cli.identity;

import picocli.CommandLine.Command;

/** {@code sealift identity}. */
@Command(
    name = "identity",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = {
      "Makes the keys and certificates by which hosts know each other, and the list of those that a"
          + " host speaks to.",
      "",
      "Hosts either know each other's keys, or trust an authority of yours. docs/access.md says which"
          + " to choose and how."
    },
    footer = {"", "Example:  sealift identity create --name host-a.example.org"},
    subcommands = {
      CreateCommand.class,
      AuthorityCommand.class,
      IssueCommand.class,
      ShowCommand.class,
      AllowCommand.class
    })
public final class IdentityCommand {}
