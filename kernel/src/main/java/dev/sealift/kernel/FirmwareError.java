package dev.sealift.kernel;

/**
 * The {@code error} field of a caller's command: as the caller left it until the Secure Processor
 * was asked, from then on what it answered.
 */
final class FirmwareError {
  private int code;

  int code() {
    return code;
  }

  void set(int code) {
    this.code = code;
  }
}
