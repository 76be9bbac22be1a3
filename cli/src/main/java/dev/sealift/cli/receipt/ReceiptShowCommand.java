package dev.sealift.cli.receipt;

import dev.sealift.cli.BadInput;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** {@code sealift receipt show}. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    description = "Says what a receipt says, without checking it.",
    footer = {"", "Example:  sealift receipt show demo.receipt"})
final class ReceiptShowCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", description = "The receipt.")
  private Path file = Path.of("");

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws BadInput {
    PrintWriter out = Objects.requireNonNull(spec, "picocli sets it").commandLine().getOut();
    ReceiptReport report = ReceiptReport.of(ReceiptFile.read(file), null);
    out.print(
        json
            ? JsonMapper.shared().writeValueAsString(report) + System.lineSeparator()
            : ReceiptPage.of(report));
    out.flush();
    return CommandLine.ExitCode.OK;
  }
}
