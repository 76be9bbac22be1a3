package dev.sealift.cli.root;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.cli.OutputFile;
import dev.sealift.crypto.cert.ModelRoot;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sealift root create}. */
@Command(
    name = "create",
    mixinStandardHelpOptions = true,
    description = {
      "Makes a model root in a directory, which is made if need be. Takes seconds.",
      "",
      "It is a model: nobody but its users believes in it."
    },
    footer = {"", "Example:  sealift root create ./root"})
final class RootCreateCommand implements Callable<Integer> {
  @Parameters(paramLabel = "DIR", description = "Where it goes; no root is there yet.")
  private Path directory = Path.of("");

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws BadInput {
    PrintWriter out = Objects.requireNonNull(spec, "picocli sets it").commandLine().getOut();
    if (Files.exists(directory) && !Files.isDirectory(directory)) {
      throw new BadInput(directory + " is not a directory; name another place for the root.");
    }
    OutputFile.refuseExisting(directory.resolve(ModelRoot.CERTIFICATES_FILE));
    OutputFile.refuseExisting(directory.resolve(ModelRoot.KEY_FILE));
    try {
      Files.createDirectories(directory);
      ModelRoot root = ModelRoot.create(new SecureRandom());
      root.save(directory);
      RootShowCommand.print(out, json, RootReport.of(directory, root));
      return CommandLine.ExitCode.OK;
    } catch (FileSystemException e) {
      throw new BadInput(
          "%s cannot hold a root: %s."
              .formatted(directory, e.getReason() == null ? "it cannot be written" : e.getReason()),
          e);
    } catch (IOException e) {
      throw new BadInput("%s cannot hold a root: %s.".formatted(directory, Failure.sentence(e)), e);
    }
  }
}
