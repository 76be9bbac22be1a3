package dev.sealift.abi.psp;

import org.jspecify.annotations.Nullable;

/**
 * The state of the platform, as PLATFORM_STATUS reports it.
 *
 * <p>Source: AMD publication 55766, platform state machine.
 */
public enum PlatformState {
  /** Not initialised: no keys are loaded. */
  UNINIT(0),
  /** Initialised, no guest. */
  INIT(1),
  /** At least one guest. */
  WORKING(2);

  private final int number;

  PlatformState(int number) {
    this.number = number;
  }

  /** The number on the wire. */
  public int number() {
    return number;
  }

  /** The one with this number, or null where there is none. */
  public static @Nullable PlatformState of(int number) {
    for (PlatformState value : values()) {
      if (value.number == number) {
        return value;
      }
    }
    return null;
  }
}
