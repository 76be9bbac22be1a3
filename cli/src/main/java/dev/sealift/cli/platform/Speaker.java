package dev.sealift.cli.platform;

import dev.sealift.cli.Lines;

/**
 * Which platform an answer is from.
 *
 * @param emulated it is software, and its chip a model's
 * @param platform the device, or the directory that remembers it
 */
record Speaker(boolean emulated, String platform) {
  private static final int COLUMN = 10;

  /** The beginning of what it says. */
  Lines lines() {
    return new Lines(COLUMN).line("platform", words());
  }

  /** In words. */
  String words() {
    return emulated
        ? platform + ", in software: emulated, and its chip is a model's"
        : platform + ", this machine's Secure Processor";
  }
}
