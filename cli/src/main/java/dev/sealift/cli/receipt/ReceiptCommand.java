package dev.sealift.cli.receipt;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sealift receipt}. */
@Command(
    name = "receipt",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = {
      "Reads and checks receipts of moves.",
      "",
      "A receipt says which guest moved from which platform to which, when, and what it was made"
          + " of. The Secure Processors of both hosts have signed it, so it can be checked without"
          + " either."
    },
    footer = {"", "Example:  sealift receipt show demo.receipt"},
    subcommands = {ReceiptVerifyCommand.class, ReceiptShowCommand.class})
public final class ReceiptCommand implements Runnable {
  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        Objects.requireNonNull(spec, "picocli sets it").commandLine(),
        "Say verify or show, and name a receipt.");
  }
}
