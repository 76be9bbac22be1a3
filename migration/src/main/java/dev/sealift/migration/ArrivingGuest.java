package dev.sealift.migration;

import dev.sealift.abi.psp.GuestState;
import dev.sealift.migration.handover.Copy;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.ReceiveSession;
import dev.sealift.vmm.VmmException;
import org.jspecify.annotations.Nullable;

/** A guest that is coming to this host, and how it comes to run here or is gone. */
final class ArrivingGuest {
  private final Guest guest;
  private final @Nullable ReceiveSession session;
  private @Nullable MigrationException failure;

  ArrivingGuest(Guest guest, @Nullable ReceiveSession session) {
    this.guest = guest;
    this.session = session;
  }

  /** A guest that a restarted host found. */
  static ArrivingGuest found(Guest guest) throws VmmException {
    boolean receiving = guest.sev().status().state() == GuestState.RUPDATE;
    return new ArrivingGuest(guest, receiving ? guest.sev().receiving() : null);
  }

  Guest guest() {
    return guest;
  }

  /** What the Secure Processor has of it. */
  Copy copy() throws VmmException {
    return switch (guest.sev().status().state()) {
      case RUPDATE -> Copy.RECEIVING;
      case SENT -> Copy.SENT;
      case RUNNING, SUPDATE -> Copy.RUNNABLE;
      case UNINIT, LUPDATE, LSECRET -> Copy.ABSENT;
    };
  }

  /** RECEIVE_FINISH if it is still due, and the guest runs; whether it does. */
  boolean run() {
    try {
      if (session != null && guest.sev().status().state() == GuestState.RUPDATE) {
        session.finish();
      }
      if (!guest.isRunning()) {
        guest.run();
      }
      failure = null;
      return true;
    } catch (VmmException refused) {
      failure = Failures.of(refused);
      return false;
    }
  }

  /** Why the guest could not be run; null if it could. */
  @Nullable MigrationException failure() {
    return failure;
  }

  /** Nothing of it is left here. */
  void tearDown() {
    guest.close();
  }
}
