package dev.sealift.firmware;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Keeps other processes out of a directory for as long as it is open; the system lets go of it when
 * the process ends, however it ends. A second one in the same process is refused as well, but then
 * POSIX lets go of the first one's towards other processes: one process opens a directory once.
 */
final class DirectoryLock implements Closeable {
  private final FileChannel channel;

  private DirectoryLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Locks a directory by a file in it, which is there.
   *
   * @throws StateDirectory.InUseException if it is locked
   */
  static DirectoryLock take(Path directory, String file) throws IOException {
    FileChannel channel = FileChannel.open(directory.resolve(file), StandardOpenOption.WRITE);
    try {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return new DirectoryLock(channel);
      }
    } catch (OverlappingFileLockException inThisProcess) {
      channel.close();
      throw new StateDirectory.InUseException(directory);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    channel.close();
    throw new StateDirectory.InUseException(directory);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
