package dev.sealift.cli.trace;

import org.jspecify.annotations.Nullable;

/**
 * The first line of a trace file.
 *
 * @param sealift the version that wrote it
 * @param hardware whether a real platform answered
 * @param secrets whether all bytes are told
 * @param platform what the platform said of itself before the program began; null if it could not
 *     be asked
 */
record TraceHeader(String sealift, boolean hardware, boolean secrets, @Nullable Platform platform) {
  /** The version of the format. */
  static final int FORMAT = 1;

  /** The field that says what the file is. */
  static final String FORMAT_FIELD = "sealift-trace";

  /**
   * A platform.
   *
   * @param api the firmware's API version
   * @param build the firmware's build
   * @param state its state
   */
  record Platform(String api, int build, String state) {}
}
