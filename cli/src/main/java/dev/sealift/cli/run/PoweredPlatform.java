package dev.sealift.cli.run;

import dev.sealift.cli.HostMachine;
import dev.sealift.firmware.StateDirectory;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A platform in software that is on.
 *
 * @param machine it, and the kernel over it
 * @param state what remembers it; null if nothing does
 */
record PoweredPlatform(HostMachine machine, @Nullable StateDirectory state)
    implements AutoCloseable {

  @Override
  public void close() {
    machine.close();
    if (state != null) {
      switchOff(state);
    }
  }

  static void switchOff(StateDirectory state) {
    try {
      state.close();
    } catch (IOException e) {
      // The command is about to end, and the lock with it.
    }
  }
}
