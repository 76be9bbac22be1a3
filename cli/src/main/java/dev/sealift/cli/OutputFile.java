package dev.sealift.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/** A file that a command leaves behind: whole or not at all, and never in place of another. */
public final class OutputFile {
  private static final String FOR_ALL = "rw-r--r--";
  private static final String FOR_OWNER = "rw-------";

  private OutputFile() {}

  /**
   * Writes a file that everybody may read.
   *
   * @throws BadInput if something of this name exists, or if it cannot be written
   */
  public static void write(Path file, byte[] content) throws BadInput {
    write(file, content, FOR_ALL);
  }

  /**
   * Writes a file that only its owner may read, from its first byte on.
   *
   * @throws BadInput if something of this name exists, or if it cannot be written
   */
  public static void writeSecret(Path file, byte[] content) throws BadInput {
    write(file, content, FOR_OWNER);
  }

  private static void write(Path file, byte[] content, String permissions) throws BadInput {
    refuseExisting(file);
    Path target = file.toAbsolutePath();
    try {
      Path fresh =
          Files.createTempFile(
              target.getParent(),
              target.getFileName().toString(),
              ".new",
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)));
      try {
        Files.write(fresh, content);
        Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString(permissions));
        Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(fresh);
      }
    } catch (IOException e) {
      throw new BadInput(file + " cannot be written: " + Failure.sentence(e) + ".", e);
    }
  }

  /**
   * Refuses a name that is taken, before any work is done for it.
   *
   * @throws BadInput if something of this name exists
   */
  public static void refuseExisting(Path file) throws BadInput {
    if (Files.exists(file)) {
      throw new BadInput(
          file + " exists already and is left as it is; move it away or name another file.");
    }
  }
}
