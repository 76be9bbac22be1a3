package dev.sealift.cli.owner;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sealift attestation}. */
@Command(
    name = "attestation",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Reads attestation reports of running guests, and checks them.",
    footer = {"", "Example:  sealift attestation show report.b64"},
    subcommands = {AttestationVerifyCommand.class, AttestationShowCommand.class})
public final class AttestationCommand implements Runnable {
  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        Objects.requireNonNull(spec, "picocli sets it").commandLine(),
        "Say verify or show, and name a report.");
  }
}
