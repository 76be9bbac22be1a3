package dev.sealift.cli.cert;

import picocli.CommandLine.Command;

/** {@code sealift cert}. */
@Command(
    name = "cert",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = {
      "Shows, verifies and makes the certificates of SEV platforms, their owners and AMD.",
      "",
      "Files are recognised by what they hold, whatever their names: single certificates, ASK and"
          + " ARK together, and the chains that sevctl and the firmware export. docs/certificates.md"
          + " has the formats and the rules."
    },
    footer = {
      "",
      "Examples:  sealift cert show platform.chain",
      "           sealift cert verify pdh.cert chain.cert ask_ark.cert"
    },
    subcommands = {
      ShowCommand.class,
      VerifyCommand.class,
      OwnerCommand.class,
      SignCommand.class,
      ExportCommand.class,
      ImportCommand.class
    })
public final class CertCommand {}
