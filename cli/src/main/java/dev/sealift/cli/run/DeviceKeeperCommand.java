package dev.sealift.cli.run;

import dev.sealift.interpose.FuseDevice;
import dev.sealift.interpose.InterposeException;
import dev.sealift.linux.LinuxPrograms;
import dev.sealift.linux.LinuxUnavailableException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * The process that unmounts a device whose server was killed: not for people, who have {@code
 * sealift device}. It waits for the end of its input, which comes however its parent ends.
 */
@Command(name = DeviceKeeperCommand.NAME, hidden = true)
public final class DeviceKeeperCommand implements Callable<Integer> {
  static final String NAME = "device-keeper";
  static final String CREATED = "--created";

  @Parameters(paramLabel = "PATH")
  private Path path = Path.of("");

  @Option(names = CREATED)
  private boolean created;

  @Override
  public Integer call() throws IOException, InterposeException, LinuxUnavailableException {
    // What ends its parent must not end it: it has work to do then.
    try (PassedOnSignals _ = PassedOnSignals.all(_ -> {})) {
      LinuxPrograms.open().leaveSession();
      System.in.transferTo(OutputStream.nullOutputStream());
      FuseDevice.removeDead(path, created);
      return 0;
    }
  }
}
