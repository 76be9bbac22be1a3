package dev.sealift.cli.root;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.cli.OutputFile;
import dev.sealift.cli.OutputOptions;
import dev.sealift.crypto.cert.ModelRoot;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

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

  @Mixin private OutputOptions output = new OutputOptions();

  @Override
  public Integer call() throws BadInput {
    if (Files.exists(directory) && !Files.isDirectory(directory)) {
      throw new BadInput(directory + " is not a directory; name another place for the root.");
    }
    OutputFile.refuseExisting(directory.resolve(ModelRoot.CERTIFICATES_FILE));
    OutputFile.refuseExisting(directory.resolve(ModelRoot.KEY_FILE));
    try {
      Files.createDirectories(directory);
      ModelRoot root = ModelRoot.create(new SecureRandom());
      root.save(directory);
      RootReport report = RootReport.of(directory, root);
      output.print(report, report.page());
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
