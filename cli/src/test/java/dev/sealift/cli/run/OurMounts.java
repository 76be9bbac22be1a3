package dev.sealift.cli.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Mounts of /dev/sev that a test could have left behind. */
final class OurMounts {
  private OurMounts() {}

  /**
   * Where they are, below /dev or a test's folder: other tests mount at the same time, in folders
   * of their own.
   */
  static List<String> in(Path folder) throws IOException {
    return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
        .filter(line -> line.contains("fuse sealift"))
        .map(line -> line.split(" ", -1)[4])
        .filter(point -> point.startsWith("/dev") || point.startsWith(folder.toString()))
        .toList();
  }
}
