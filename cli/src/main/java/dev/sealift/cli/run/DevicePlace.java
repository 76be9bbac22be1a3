package dev.sealift.cli.run;

import dev.sealift.cli.BadInput;
import dev.sealift.interpose.MountTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * Where a device can be mounted without taking anything's place.
 *
 * @param path without links
 * @param isNew whether there is no file yet, so that one is made
 */
record DevicePlace(Path path, boolean isNew) {

  /**
   * The place that somebody has named.
   *
   * @throws BadInput if something is there that must not be covered, or no file can be
   */
  static DevicePlace of(Path named) throws BadInput {
    Path path = resolve(named);
    if (MountTable.isMounted(path)) {
      throw new BadInput(
          "%s is a mount already: unmount it (umount %s) if nobody needs it, or name another path."
              .formatted(path, path));
    }
    if (Files.notExists(path, LinkOption.NOFOLLOW_LINKS)) {
      return new DevicePlace(path, true);
    }
    if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
      throw new BadInput(
          "%s is %s, whose place is not taken: name a plain file, or one that does not exist."
              .formatted(
                  path, Files.isDirectory(path) ? "a directory" : "a device of this machine"));
    }
    return new DevicePlace(path, false);
  }

  private static Path resolve(Path named) throws BadInput {
    Path absolute = named.toAbsolutePath().normalize();
    try {
      if (Files.exists(absolute)) {
        return absolute.toRealPath();
      }
      Path directory = absolute.getParent();
      if (directory != null && !Files.isSymbolicLink(absolute)) {
        return directory.toRealPath().resolve(absolute.getFileName());
      }
    } catch (IOException absent) {
      throw new BadInput(
          "%s cannot be made, as there is no directory for it.".formatted(named), absent);
    }
    throw new BadInput("%s leads nowhere: name a file.".formatted(named));
  }
}
