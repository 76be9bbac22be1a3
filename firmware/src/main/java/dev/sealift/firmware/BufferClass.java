package dev.sealift.firmware;

import dev.sealift.abi.FirmwareStatus;

/**
 * What becomes of a command's buffer: every command that has one gets it copied in as a whole;
 * whether it is copied back depends on the class and the status.
 *
 * <p>Source: AMD publication 55766, command buffers.
 */
public enum BufferClass {
  /** Never looked at. */
  IGNORED("none"),
  /** Read, never written. */
  IN("in"),
  /** Read, and written when the command succeeds. */
  OUT("out"),
  /** Read, and written when the command succeeds or answers which lengths it wants. */
  OUT_LENGTHS("out with lengths");

  private final String words;

  BufferClass(String words) {
    this.words = words;
  }

  /** As the interface table has it. */
  public String words() {
    return words;
  }

  /** What becomes of the buffer, in a sentence. */
  public String sentence() {
    return switch (this) {
      case IGNORED -> "There is no buffer.";
      case IN -> "The buffer is read and never written.";
      case OUT -> "The buffer is written back on SUCCESS.";
      case OUT_LENGTHS -> "The buffer is written back on SUCCESS and on INVALID_LEN.";
    };
  }

  /** Whether the buffer is copied back with this status. */
  public boolean isWrittenBackOn(FirmwareStatus status) {
    return switch (this) {
      case IGNORED, IN -> false;
      case OUT -> status == FirmwareStatus.SUCCESS;
      case OUT_LENGTHS -> status == FirmwareStatus.SUCCESS || status == FirmwareStatus.INVALID_LEN;
    };
  }
}
