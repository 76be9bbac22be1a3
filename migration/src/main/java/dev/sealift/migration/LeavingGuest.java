package dev.sealift.migration;

import dev.sealift.abi.psp.GuestState;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.SendSession;
import dev.sealift.vmm.VmmException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A guest that is about to leave this host, and how it goes for good or stays after all. */
final class LeavingGuest {
  private final Guest guest;
  private final boolean runs;
  private final List<String> faults = new ArrayList<>();
  private @Nullable SendSession session;
  private @Nullable MigrationException refusal;

  /**
   * A guest.
   *
   * @param runs whether it runs on if it stays
   */
  LeavingGuest(Guest guest, boolean runs) {
    this.guest = guest;
    this.runs = runs;
  }

  /** Whether it runs on if it stays. */
  boolean ran() {
    return runs;
  }

  Guest guest() {
    return guest;
  }

  /** SEND_START is done. */
  void started(SendSession began) {
    session = began;
  }

  /** SEND_FINISH; whether the guest is sent now. */
  boolean finish() {
    try {
      if (session != null) {
        session.finish();
      }
    } catch (VmmException refused) {
      refusal = Failures.of(refused);
    }
    return isSent();
  }

  private boolean isSent() {
    try {
      return guest.sev().status().state() == GuestState.SENT;
    } catch (VmmException unknown) {
      // Nobody knows: then it must not run, and the destination can.
      return refusal == null;
    }
  }

  /** Why SEND_FINISH was refused, if it was. */
  @Nullable MigrationException refusal() {
    return refusal;
  }

  /** The guest goes on here as if nothing had been. */
  void comeBack() {
    if (session != null) {
      attempt(session::cancel);
      session = null;
    }
    if (guest.dirtyLog().isOn()) {
      attempt(guest.dirtyLog()::stop);
    }
    if (runs) {
      attempt(guest::run);
    }
  }

  /** What went wrong when it came back. */
  List<String> faults() {
    return List.copyOf(faults);
  }

  private interface Act {
    void run() throws VmmException;
  }

  private void attempt(Act act) {
    try {
      act.run();
    } catch (VmmException fault) {
      faults.add(String.valueOf(fault.getMessage()));
    }
  }
}
