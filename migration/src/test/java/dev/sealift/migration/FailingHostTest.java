package dev.sealift.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.migration.handover.DestinationStep;
import dev.sealift.migration.handover.SourceStep;
import dev.sealift.migration.wire.FailureCode;
import dev.sealift.vmm.Guest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A full disk, a kernel that refuses, somebody who calls the move off. */
class FailingHostTest {
  private Crossing crossing;
  private Guest guest;

  @BeforeEach
  void launch() throws Exception {
    crossing = new Crossing(TestHost.model(), TestHost.model());
    guest = crossing.source.launch(Guests.PLAN, 0);
  }

  @AfterEach
  void close() {
    guest.close();
    crossing.close();
  }

  @Test
  void aSourceThatCannotWriteDownThatItIsAboutToFinishKeepsTheGuest() throws Exception {
    crossing.source.journal.breakAt(SourceStep.FINISHING);
    assertStays(FailureCode.JOURNAL_FAILED, "no space left on device");
  }

  @Test
  void aDestinationThatCannotWriteDownThatItIsPreparedGetsNoGuest() throws Exception {
    crossing.destination.journal.breakAt(DestinationStep.PREPARED);
    assertStays(FailureCode.JOURNAL_FAILED, "no space left on device");
  }

  @Test
  void aGuestThatIsFinishedGoesOverWhateverTheJournalsSay() throws Exception {
    crossing.source.journal.breakAt(SourceStep.FINISHED);
    crossing.destination.journal.breakAt(DestinationStep.COMMITTED);
    List<String> warnings = new ArrayList<>();
    Guests.moved(
        crossing.move(
            guest,
            Crossing.OPTIONS,
            new MoveListener() {
              @Override
              public void warning(String sentence) {
                warnings.add(sentence);
              }
            }));
    assertThat(warnings).singleElement().asString().contains("FINISHED");
    assertThat(crossing.warnings).singleElement().asString().contains("COMMITTED");
    crossing.assertArrivedWhole();
  }

  @Test
  void aDestinationWhoseKernelRefusesTheStateGetsNoGuest() throws Exception {
    crossing.destination.calls.refuse(KvmIoctl.SET_SREGS);
    assertStays(FailureCode.HOST_FAILED, "KVM_SET_SREGS");
  }

  @Test
  void aDestinationThatCannotMakeTheGuestSaysSo() throws Exception {
    crossing.destination.calls.refuse(KvmIoctl.CREATE_VCPU);
    assertStays(FailureCode.GUEST_REFUSED, "KVM_CREATE_VCPU");
  }

  @Test
  void aDestinationThatStopsTakingGuestsLeavesTheGuestAtTheSource() throws Exception {
    MoveListener closing =
        new MoveListener() {
          @Override
          public void step(SourceStep step) {
            if (step == SourceStep.SENDING) {
              Thread.startVirtualThread(crossing.listening::close);
            }
          }
        };
    MoveOutcome.StayedAtSource stayed =
        Guests.stayed(crossing.move(guest, Crossing.OPTIONS, closing));
    assertThat(stayed.code()).as(stayed.reason()).isEqualTo(FailureCode.CANCELLED);
    assertNothingHappened();
  }

  @Test
  void afterAMistakeInAListenerTheGuestRunsOnWhereItWas() throws Exception {
    MoveListener mistaken =
        new MoveListener() {
          @Override
          public void step(SourceStep step) {
            if (step == SourceStep.PAUSED) {
              throw new IllegalStateException("nobody thought of this");
            }
          }
        };
    MoveOutcome.StayedAtSource stayed =
        Guests.stayed(crossing.move(guest, Crossing.OPTIONS, mistaken));
    assertThat(stayed.code()).isEqualTo(FailureCode.OTHER);
    assertThat(stayed.reason()).contains("nobody thought of this", "report");
    assertNothingHappened();
  }

  @Test
  void anInterruptCallsTheMoveOff() throws Exception {
    Thread mover = Thread.currentThread();
    crossing.wire.tamper((connection, number, batch) -> {
      mover.interrupt();
      return List.of(batch);
    });
    MoveOutcome outcome = crossing.move(guest);
    assertThat(Thread.interrupted()).as("the interrupt is kept for the caller").isTrue();
    assertThat(Guests.stayed(outcome).code()).isEqualTo(FailureCode.CANCELLED);
    assertNothingHappened();
    Await.until(
        "the destination was told",
        () ->
            crossing.refusals.stream()
                .anyMatch(refusal -> refusal.code() == FailureCode.CANCELLED));
  }

  @Test
  void anInterruptAfterThePointOfNoReturnComesTooLate() throws Exception {
    MoveListener interrupting =
        new MoveListener() {
          @Override
          public void step(SourceStep step) {
            if (step == SourceStep.FINISHED) {
              Thread.currentThread().interrupt();
            }
          }
        };
    MoveOutcome outcome = crossing.move(guest, Crossing.OPTIONS, interrupting);
    assertThat(Thread.interrupted()).as("the interrupt is kept for the caller").isTrue();
    Guests.moved(outcome);
    crossing.assertArrivedWhole();
  }

  private void assertStays(FailureCode code, String words) throws Exception {
    MoveOutcome.StayedAtSource stayed = Guests.stayed(crossing.move(guest));
    assertThat(stayed.code()).as(stayed.reason()).isEqualTo(code);
    assertThat(stayed.reason()).contains(words);
    assertNothingHappened();
  }

  private void assertNothingHappened() throws Exception {
    Guests.assertGoesOn(guest);
    Guests.assertEmpty(crossing.destination);
    assertThat(crossing.nothingArrived()).isTrue();
  }
}
