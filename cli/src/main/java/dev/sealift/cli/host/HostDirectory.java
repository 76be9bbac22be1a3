package dev.sealift.cli.host;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.cli.control.HostFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * A host's state directory, which only its owner can use and only one process at a time.
 *
 * <pre>
 *   lock            held while the host runs
 *   control.sock    its control socket, while it runs
 *   platform/       its platform in software: chip, maker's certificates, sealed identity
 *   root/           its own model root, where it was given none
 *   journal         the steps of its moves
 *   host.key        its private key, host.crt the certificate over it
 *   peers           its list of allowed peers
 *   receipts/       the receipts of moves that came to their end
 * </pre>
 */
final class HostDirectory implements AutoCloseable {
  private static final String OWNER_ONLY = "rwx------";

  private final Path path;
  private final FileChannel lock;

  private HostDirectory(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  /**
   * Takes a directory, and makes it where there is none.
   *
   * @throws BadInput if others can use it, or it cannot be made
   * @throws Failure if another host has it
   */
  static HostDirectory take(Path named) throws BadInput, Failure {
    Path path = named.toAbsolutePath().normalize();
    try {
      if (Files.notExists(path)) {
        Files.createDirectories(
            path,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_ONLY)));
      }
      if (!Files.isDirectory(path)) {
        throw new BadInput(path + " is no directory; name one for the host's state with --state.");
      }
      String permissions = PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
      if (!permissions.endsWith("------")) {
        throw new BadInput(
            "%s can be used by others than its owner (%s), and whoever can read a host's state has its keys: chmod 700 it, or name another directory."
                .formatted(path, permissions));
      }
      return new HostDirectory(path, lock(path));
    } catch (IOException e) {
      throw new BadInput(
          "%s cannot be a host's state directory: %s.".formatted(path, Failure.sentence(e)), e);
    }
  }

  private static FileChannel lock(Path path) throws IOException, Failure {
    FileChannel file =
        FileChannel.open(
            path.resolve("lock"),
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      FileLock taken = file.tryLock();
      if (taken != null) {
        return file;
      }
    } catch (OverlappingFileLockException here) {
      // Another one of this process.
    } catch (IOException e) {
      file.close();
      throw e;
    }
    file.close();
    throw new Failure(
        "Another host runs in %s: stop it first, or name another directory with --state."
            .formatted(path));
  }

  Path path() {
    return path;
  }

  Path controlSocket() {
    return path.resolve(HostFiles.CONTROL_SOCKET);
  }

  Path platform() {
    return path.resolve("platform");
  }

  Path root() {
    return path.resolve("root");
  }

  Path journal() {
    return path.resolve("journal");
  }

  Path key() {
    return path.resolve("host.key");
  }

  Path certificate() {
    return path.resolve("host.crt");
  }

  Path peers() {
    return path.resolve("peers");
  }

  Path receipts() {
    return path.resolve("receipts");
  }

  @Override
  public void close() {
    try {
      lock.close();
    } catch (IOException gone) {
      // The system lets go of it with the process.
    }
  }
}
