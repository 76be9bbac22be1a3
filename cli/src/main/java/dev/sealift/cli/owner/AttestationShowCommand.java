package dev.sealift.cli.owner;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.OutputOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code sealift attestation show}. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    description = "Shows what a report says, believed or not.",
    footer = {"", "Example:  sealift attestation show report.b64"})
final class AttestationShowCommand implements Callable<Integer> {
  @Parameters(paramLabel = "REPORT", description = "208 bytes, as they are or in base64.")
  private Path report = Path.of("");

  @Mixin private OutputOptions output = new OutputOptions();

  @Override
  public Integer call() throws BadInput {
    AttestationPage page =
        AttestationPage.of(
            AttestationPage.read(report), List.of(), List.of("Nothing of it has been checked."));
    output.print(page, page.words());
    return CommandLine.ExitCode.OK;
  }
}
