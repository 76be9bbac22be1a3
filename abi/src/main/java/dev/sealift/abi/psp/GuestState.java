package dev.sealift.abi.psp;

import org.jspecify.annotations.Nullable;

/**
 * The state of a guest, as GUEST_STATUS reports it.
 *
 * <p>Source: AMD publication 55766, guest state machine. The kernel's documentation swaps 4 and 5;
 * the firmware does not.
 */
public enum GuestState {
  /** No such guest. */
  UNINIT(0),
  /** Being launched: memory is encrypted and measured. */
  LUPDATE(1),
  /** Measured: a secret may be injected. */
  LSECRET(2),
  /** Running. */
  RUNNING(3),
  /** Running while it is sent. */
  SUPDATE(4),
  /** Being received. */
  RUPDATE(5),
  /** Sent away: it never runs here again. */
  SENT(6);

  private final int number;

  GuestState(int number) {
    this.number = number;
  }

  /** The number on the wire. */
  public int number() {
    return number;
  }

  /** The one with this number, or null where there is none. */
  public static @Nullable GuestState of(int number) {
    for (GuestState value : values()) {
      if (value.number == number) {
        return value;
      }
    }
    return null;
  }
}
