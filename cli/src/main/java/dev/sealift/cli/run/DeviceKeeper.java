package dev.sealift.cli.run;

import dev.sealift.cli.process.SealiftCommandLine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A second process, which outlives this one when it is killed, and then unmounts its device. A
 * mount belongs to no process, so Linux would leave it there for ever, dead.
 */
final class DeviceKeeper implements AutoCloseable {
  private static final List<String> SMALL =
      List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xms4m", "-Xmx64m");

  private final Process process;

  private DeviceKeeper(Process process) {
    this.process = process;
  }

  /**
   * Starts it, before there is a device.
   *
   * @param path where the device will be
   * @param created whether a file is made for it
   */
  static DeviceKeeper start(Path path, boolean created) throws IOException {
    List<String> arguments = new ArrayList<>(List.of(DeviceKeeperCommand.NAME, path.toString()));
    if (created) {
      arguments.add(DeviceKeeperCommand.CREATED);
    }
    return new DeviceKeeper(
        new ProcessBuilder(SealiftCommandLine.of(SMALL, arguments))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start());
  }

  /** Lets it go, when the device is gone. */
  @Override
  public void close() {
    try {
      process.getOutputStream().close();
    } catch (IOException gone) {
      // Then it has ended already.
    }
    boolean interrupted = false;
    while (process.isAlive()) {
      try {
        process.waitFor();
      } catch (InterruptedException again) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
