package dev.sealift.cli;

import dev.sealift.linux.LinuxCoreDumps;
import dev.sealift.linux.LinuxUnavailableException;

/** What a process that holds a platform, with all its keys, leaves behind when it crashes. */
final class CoreDumps {
  private CoreDumps() {}

  /** From here on nothing, where this is Linux and Java may call it. */
  static void forbid() {
    try {
      LinuxCoreDumps.open().forbid();
    } catch (LinuxUnavailableException elsewhere) {
      // A model machine runs there, too, with what that system does about dumps.
    }
  }
}
