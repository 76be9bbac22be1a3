package dev.sealift.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.psp.GuestState;
import dev.sealift.migration.handover.SourceStep;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.VmmException;
import dev.sealift.vmm.guest.MemoryProof;
import dev.sealift.vmm.guest.PseudoRandomWriter;
import dev.sealift.vmm.guest.PseudoRandomWriter.Plan;

/** What tests want to know of guests. */
final class Guests {
  /** Small, so that a move takes no time: 2048 pages, 64 of them hot. */
  static final Plan PLAN = new Plan(8 << 20, 64);

  private Guests() {}

  /** Steps that a guest, running or not, has done. */
  static long steps(Guest guest) throws VmmException {
    boolean running = guest.isRunning();
    guest.pause();
    try {
      return PseudoRandomWriter.steps(guest.vcpu().registers());
    } finally {
      if (running) {
        guest.resume();
      }
    }
  }

  /** The guest is where it was: it runs, it gets on, it is not being sent, nothing is logged. */
  static void assertGoesOn(Guest guest) throws VmmException {
    assertThat(guest.isRunning()).as("the guest runs").isTrue();
    assertThat(guest.sev().status().state()).isEqualTo(GuestState.RUNNING);
    assertThat(guest.dirtyLog().isOn()).as("the dirty log is on").isFalse();
    long before = steps(guest);
    Await.until("the guest gets on", () -> steps(guest) > before);
  }

  /** A host that gave a guest away will not run it again. */
  static void assertNeverAgain(Guest guest, TestHost host) throws VmmException {
    assertThat(guest.isRunning()).isFalse();
    assertThat(guest.sev().status().state()).isEqualTo(GuestState.SENT);
    assertThat(host.journal.steps()).doesNotContain(SourceStep.STAYED);
  }

  /** Every byte of the guest's memory is what its program made it. */
  static void assertWhole(Guest guest) throws VmmException {
    guest.pause();
    MemoryProof proof = MemoryProof.take(guest.machine(), PLAN);
    assertThat(proof.mismatches()).as("first at %s", proof.firstMismatch()).isZero();
    assertThat(proof.pagesCompared()).isEqualTo(guest.memory().pages());
  }

  /** Nothing of any guest is left on a host. */
  static void assertEmpty(TestHost host) {
    Await.until("the host holds no guest", () -> host.platform.status().guests() == 0);
  }

  static MoveOutcome.StayedAtSource stayed(MoveOutcome outcome) {
    assertThat(outcome).isInstanceOf(MoveOutcome.StayedAtSource.class);
    return (MoveOutcome.StayedAtSource) outcome;
  }

  static MoveOutcome.Moved moved(MoveOutcome outcome) {
    assertThat(outcome).isInstanceOf(MoveOutcome.Moved.class);
    return (MoveOutcome.Moved) outcome;
  }
}
