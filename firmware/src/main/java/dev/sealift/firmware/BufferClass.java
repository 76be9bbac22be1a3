package dev.sealift.firmware;

import dev.sealift.abi.FirmwareStatus;

/**
 * What becomes of a command's buffer: every command that has one gets it copied in as a whole;
 * whether it is copied back depends on the class and the status.
 */
enum BufferClass {
  /** Never looked at. */
  IGNORED,
  /** Read, never written. */
  IN,
  /** Read, and written when the command succeeds. */
  OUT,
  /** Read, and written when the command succeeds or answers which lengths it wants. */
  OUT_LENGTHS;

  boolean isWrittenBackOn(FirmwareStatus status) {
    return switch (this) {
      case IGNORED, IN -> false;
      case OUT -> status == FirmwareStatus.SUCCESS;
      case OUT_LENGTHS -> status == FirmwareStatus.SUCCESS || status == FirmwareStatus.INVALID_LEN;
    };
  }
}
