package dev.sealift.linux;

import static org.junit.jupiter.api.Assumptions.abort;

/** This machine's Linux, for tests; skips them where it is another system. */
final class LinuxHost {

  private LinuxHost() {}

  static LinuxSystemCalls callsOrSkip() {
    try {
      return LinuxSystemCalls.open();
    } catch (LinuxUnavailableException unavailable) {
      return abort(unavailable.getMessage());
    }
  }

  static LinuxThreadSignals signalsOrSkip() {
    try {
      return LinuxThreadSignals.open();
    } catch (LinuxUnavailableException unavailable) {
      return abort(unavailable.getMessage());
    }
  }
}
