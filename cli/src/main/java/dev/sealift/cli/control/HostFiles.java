package dev.sealift.cli.control;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where a host's files are. */
public final class HostFiles {
  /** The control socket, in the state directory. */
  public static final String CONTROL_SOCKET = "control.sock";

  private HostFiles() {}

  /**
   * The state directory of a host that is not named: {@code $XDG_STATE_HOME/sealift/host}, or where
   * that is not set {@code ~/.sealift/host}.
   */
  public static Path usual() {
    return usual(System.getenv("XDG_STATE_HOME"), System.getProperty("user.home", "."));
  }

  static Path usual(@Nullable String stateHome, String home) {
    // A relative path there is to be ignored (XDG Base Directory Specification).
    return stateHome != null && Path.of(stateHome).isAbsolute()
        ? Path.of(stateHome, "sealift", "host")
        : Path.of(home, ".sealift", "host");
  }
}
