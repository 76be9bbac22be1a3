package dev.sealift.cli.platform;

import picocli.CommandLine.Command;

/** {@code sealift platform}. */
@Command(
    name = "platform",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = {
      "Shows and changes who a SEV platform is and whose: its certificates, keys and owner.",
      "",
      "It speaks to /dev/sev, or with --state DIR to a platform in software that the directory"
          + " remembers."
    },
    footer = {
      "",
      "Examples:  sealift platform status",
      "           sealift platform status --state ./host-a --root ./root     makes it, the first time",
      "           sealift platform export chain.cert --full --state ./host-a",
      "           sealift platform provision owner.cert owner.key --state ./host-a"
    },
    subcommands = {
      StatusCommand.class,
      IdCommand.class,
      ExportCommand.class,
      ResetCommand.class,
      PekGenCommand.class,
      PdhGenCommand.class,
      PekCsrCommand.class,
      PekImportCommand.class,
      ProvisionCommand.class
    })
public final class PlatformCommand {
  /** What picocli makes. */
  public PlatformCommand() {}
}
