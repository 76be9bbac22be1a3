package dev.sealift.cli.receipt;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.OutputOptions;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code sealift receipt show}. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    description = "Says what a receipt says, without checking it.",
    footer = {"", "Example:  sealift receipt show demo.receipt"})
final class ReceiptShowCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", description = "The receipt.")
  private Path file = Path.of("");

  @Mixin private OutputOptions output = new OutputOptions();

  @Override
  public Integer call() throws BadInput {
    ReceiptReport report = ReceiptReport.of(ReceiptFile.read(file), null);
    output.print(report, ReceiptPage.of(report));
    return CommandLine.ExitCode.OK;
  }
}
