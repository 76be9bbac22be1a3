package dev.sealift.firmware;

import dev.sealift.abi.FirmwareStatus;

/**
 * The processor says no: a check that did not hold, on its way from a command to the mailbox.
 * Carries no stack trace; it is an answer, not a fault.
 */
final class Refusal extends Exception {
  private static final long serialVersionUID = 1;

  private final FirmwareStatus status;

  Refusal(FirmwareStatus status) {
    super(status.meaning(), null, false, false);
    this.status = status;
  }

  FirmwareStatus status() {
    return status;
  }

  /** Refuses with a status where a condition does not hold. */
  static void unless(boolean condition, FirmwareStatus status) throws Refusal {
    if (!condition) {
      throw new Refusal(status);
    }
  }

  /** Passes on the verdict of a check that is made elsewhere. */
  static void unlessSuccess(FirmwareStatus verdict) throws Refusal {
    unless(verdict == FirmwareStatus.SUCCESS, verdict);
  }
}
