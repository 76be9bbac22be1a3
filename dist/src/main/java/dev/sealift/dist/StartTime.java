package dev.sealift.dist;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** How long the command takes to say its version. */
final class StartTime {
  private static final int TIMES = 7;

  private final Path command;

  StartTime(Path command) {
    this.command = command;
  }

  void print() throws IOException, InterruptedException {
    List<Duration> times = new ArrayList<>();
    for (int i = 0; i < TIMES; i++) {
      long began = System.nanoTime();
      Process process =
          new ProcessBuilder(command.toString(), "--version").redirectErrorStream(true).start();
      process.getInputStream().readAllBytes();
      if (process.waitFor() != 0) {
        throw new IOException(command + " --version does not work");
      }
      times.add(Duration.ofNanos(System.nanoTime() - began));
    }
    Collections.sort(times);
    System.out.printf(
        "sealift --version: %d ms at best, %d ms the middle one of %d%n",
        times.getFirst().toMillis(), times.get(TIMES / 2).toMillis(), TIMES);
  }
}
