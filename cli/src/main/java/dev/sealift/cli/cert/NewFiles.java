package dev.sealift.cli.cert;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.cli.OutputFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Files in a directory, made together: all of them or none. */
final class NewFiles {

  private NewFiles() {}

  /**
   * Writes files that everybody may read.
   *
   * @param directory made if it is not there
   * @param contents by name
   * @throws BadInput if one of them exists or cannot be written; then none is left behind
   */
  static void write(Path directory, Map<String, byte[]> contents) throws BadInput {
    if (Files.exists(directory) && !Files.isDirectory(directory)) {
      throw new BadInput(directory + " is a file; name a directory.");
    }
    for (String name : contents.keySet()) {
      OutputFile.refuseExisting(directory.resolve(name));
    }
    List<Path> made = new ArrayList<>();
    boolean whole = false;
    try {
      if (!Files.exists(directory)) {
        Files.createDirectory(directory);
        made.add(directory);
      }
      for (Map.Entry<String, byte[]> content : contents.entrySet()) {
        Path file = directory.resolve(content.getKey());
        OutputFile.write(file, content.getValue());
        made.add(file);
      }
      whole = true;
    } catch (IOException e) {
      throw new BadInput(
          directory + " cannot be made: " + Failure.sentence(e) + "; name another.", e);
    } finally {
      if (!whole) {
        made.reversed().forEach(NewFiles::delete);
      }
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
