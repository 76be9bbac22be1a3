package dev.sealift.cli;

import dev.sealift.crypto.cert.ModelRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A directory with a model root, as the caller named it. */
public final class ModelRootDirectory {

  private ModelRootDirectory() {}

  /**
   * The root in a directory.
   *
   * @throws BadInput if there is none, or if its parts do not belong together
   */
  public static ModelRoot load(Path directory) throws BadInput {
    if (Files.notExists(directory)) {
      throw new BadInput(
          directory
              + " does not exist; make a model root with sealift root create "
              + directory
              + ".");
    }
    if (!Files.isDirectory(directory)) {
      throw new BadInput(directory + " is not a directory; name the directory of a model root.");
    }
    try {
      return ModelRoot.load(directory);
    } catch (IOException e) {
      throw new BadInput(
          "%s cannot be used as a model root: %s.".formatted(directory, Failure.sentence(e)), e);
    }
  }
}
