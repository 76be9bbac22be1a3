package dev.sealift.cli.control;

import dev.sealift.cli.Failure;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option by which a command finds its host. */
public final class HostOption {
  @Option(
      names = "--state",
      paramLabel = "DIR",
      description = "The state directory of the host (default: ~/.sealift/host).")
  private @Nullable Path directory;

  /** What picocli fills in. */
  public HostOption() {}

  /** The host's state directory. */
  public Path directory() {
    return directory == null ? HostFiles.usual() : directory;
  }

  /**
   * Connects to the host.
   *
   * @throws Failure if none is there
   */
  public ControlClient connect() throws Failure {
    return ControlClient.of(directory());
  }
}
