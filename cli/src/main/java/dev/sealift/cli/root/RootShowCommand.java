package dev.sealift.cli.root;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.ModelRootDirectory;
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

/** {@code sealift root show}. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    description = "Shows a model root, after checking that its parts belong together.")
final class RootShowCommand implements Callable<Integer> {
  @Parameters(paramLabel = "DIR", description = "The root's directory.")
  private Path directory = Path.of("");

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws BadInput {
    PrintWriter out = Objects.requireNonNull(spec, "picocli sets it").commandLine().getOut();
    print(out, json, RootReport.of(directory, ModelRootDirectory.load(directory)));
    return CommandLine.ExitCode.OK;
  }

  static void print(PrintWriter out, boolean json, RootReport report) {
    if (json) {
      out.println(JsonMapper.shared().writeValueAsString(report));
    } else {
      out.print(report.page());
    }
    out.flush();
  }
}
