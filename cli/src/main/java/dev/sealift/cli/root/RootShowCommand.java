package dev.sealift.cli.root;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.ModelRootDirectory;
import dev.sealift.cli.OutputOptions;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code sealift root show}. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    description = "Shows a model root, after checking that its parts belong together.",
    footer = {"", "Example:  sealift root show ./root"})
final class RootShowCommand implements Callable<Integer> {
  @Parameters(paramLabel = "DIR", description = "The root's directory.")
  private Path directory = Path.of("");

  @Mixin private OutputOptions output = new OutputOptions();

  @Override
  public Integer call() throws BadInput {
    RootReport report = RootReport.of(directory, ModelRootDirectory.load(directory));
    output.print(report, report.page());
    return CommandLine.ExitCode.OK;
  }
}
