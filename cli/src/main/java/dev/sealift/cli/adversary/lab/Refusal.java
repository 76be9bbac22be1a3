package dev.sealift.cli.adversary.lab;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.vmm.VmmException;
import org.jspecify.annotations.Nullable;

/** Tries SEV commands that ought to be refused. */
public final class Refusal {

  private Refusal() {}

  /** SEV commands. */
  public interface Commands {
    void issue() throws VmmException;
  }

  /**
   * How the firmware refused, or null where it did as it was told.
   *
   * @throws VmmException if it was not the firmware that refused
   */
  public static @Nullable FirmwareStatus of(Commands commands) throws VmmException {
    try {
      commands.issue();
      return null;
    } catch (VmmException refused) {
      FirmwareStatus status = refused.status();
      if (status == null) {
        throw refused;
      }
      return status;
    }
  }
}
