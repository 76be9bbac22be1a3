package dev.sealift.interpose.machine;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The directory of one machine's memory, which only its owner can read. It is locked while its
 * machine lives; one that is not was left behind by a machine that was killed, and goes when the
 * next is made.
 */
final class MemoryDirectory implements AutoCloseable {
  private static final String PREFIX = "sealift-machine-";
  private static final String LOCK = "lock";

  /** A lock goes when this process closes any channel of the file: its own are never looked at. */
  private static final String OWN_PREFIX = PREFIX + ProcessHandle.current().pid() + "-";

  private final Path path;
  private final FileChannel lock;

  private MemoryDirectory(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  static MemoryDirectory create(Path parent) throws MachineException {
    try {
      removeLeftovers(parent);
      Path path =
          Files.createTempDirectory(
              parent,
              OWN_PREFIX,
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      Path unlocked = path.resolve(LOCK + ".new");
      FileChannel lock =
          FileChannel.open(unlocked, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      lock.lock();
      Files.move(unlocked, path.resolve(LOCK));
      return new MemoryDirectory(path, lock);
    } catch (IOException | UnsupportedOperationException refused) {
      throw new MachineException(
          "A machine's memory cannot lie in %s (%s): name a directory on a tmpfs that this user may write to."
              .formatted(parent, refused),
          refused);
    }
  }

  Path path() {
    return path;
  }

  private static void removeLeftovers(Path parent) throws IOException {
    List<Path> directories = new ArrayList<>();
    try (Stream<Path> entries = Files.list(parent)) {
      entries
          .filter(entry -> isOfAnotherProcess(entry.getFileName().toString()))
          .filter(entry -> Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS))
          .forEach(directories::add);
    }
    for (Path directory : directories) {
      removeIfLeft(directory);
    }
  }

  private static boolean isOfAnotherProcess(String name) {
    return name.startsWith(PREFIX) && !name.startsWith(OWN_PREFIX);
  }

  private static void removeIfLeft(Path directory) {
    try (FileChannel channel =
            FileChannel.open(
                directory.resolve(LOCK), StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        FileLock free = channel.tryLock()) {
      if (free != null) {
        remove(directory);
      }
    } catch (OverlappingFileLockException | IOException notOurs) {
      // It is in use here, or another user's, or on its way to be made or removed.
    }
  }

  private static void remove(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(file -> !file.endsWith(LOCK)).toList()) {
        Files.deleteIfExists(file);
      }
    }
    Files.deleteIfExists(directory.resolve(LOCK));
    Files.deleteIfExists(directory);
  }

  @Override
  public void close() {
    try (lock) {
      remove(path);
    } catch (IOException left) {
      // The next machine removes what is left.
    }
  }
}
