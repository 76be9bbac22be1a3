package dev.sealift.migration;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What moves take of the process that they happen in.
 *
 * @param connections descriptors of sockets, and of what waits for them
 * @param threads of hosts and of guests
 */
record Footprint(long connections, long threads) {
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  static Footprint ofThisProcess() throws IOException {
    long threads =
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().matches("(sealift|vcpu)-.*"))
            .count();
    try (Stream<Path> descriptors = Files.list(DESCRIPTORS)) {
      return new Footprint(descriptors.filter(Footprint::isConnection).count(), threads);
    }
  }

  private static boolean isConnection(Path descriptor) {
    try {
      String target = Files.readSymbolicLink(descriptor).toString();
      return target.startsWith("socket:") || target.startsWith("anon_inode:");
    } catch (NoSuchFileException closedMeanwhile) {
      return false;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Waits until no more is taken than was. */
  void awaitAgain() {
    Await.until(
        "the process holds no more than before: " + this,
        () -> {
          Footprint now = ofThisProcess();
          return now.connections <= connections && now.threads <= threads;
        });
  }
}
