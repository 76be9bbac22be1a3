package dev.sealift.cli.identity;

import dev.sealift.cli.BadInput;
import dev.sealift.cli.Failure;
import dev.sealift.migration.access.AllowedPeers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A list of allowed peers that is read anew whenever its file has changed. Thread-safe. */
final class FollowedList implements Supplier<AllowedPeers> {
  private static final AllowedPeers NOBODY = AllowedPeers.of(List.of());

  private final Path file;
  private final Reading reading;
  private final Consumer<String> unreadable;
  private @Nullable Version version;
  private AllowedPeers peers = NOBODY;

  /** How a list is read. */
  interface Reading {
    AllowedPeers of(Path file) throws BadInput;
  }

  /**
   * By what a changed file is told. An edit in the same tick of the clock has another size or file.
   */
  private record Version(FileTime modified, long size, @Nullable Object file) {
    static Version of(Path file) throws IOException {
      BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
      return new Version(now.lastModifiedTime(), now.size(), now.fileKey());
    }
  }

  FollowedList(Path file, Reading reading, Consumer<String> unreadable) {
    this.file = file;
    this.reading = reading;
    this.unreadable = unreadable;
  }

  @Override
  public synchronized AllowedPeers get() {
    Version now;
    try {
      now = Version.of(file);
    } catch (IOException gone) {
      now = new Version(FileTime.fromMillis(0), -1, null);
    }
    if (!now.equals(version)) {
      version = now;
      peers = read();
    }
    return peers;
  }

  private AllowedPeers read() {
    try {
      return reading.of(file);
    } catch (BadInput wrong) {
      unreadable.accept(
          Failure.sentence(wrong) + " Until it can be read again, no peer is let in.");
      return NOBODY;
    }
  }
}
