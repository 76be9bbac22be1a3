package dev.sealift.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.psp.GuestState;
import dev.sealift.migration.wire.FailureCode;
import dev.sealift.vmm.Guest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A guest is moved only while it says that it may be. */
class ReadinessTest {
  private Crossing crossing;

  @BeforeEach
  void connect() throws Exception {
    crossing = new Crossing(TestHost.model(), TestHost.model());
  }

  @AfterEach
  void close() {
    crossing.close();
  }

  @Test
  void aGuestThatNeverSaidThatItMayBeMovedStaysAndTheSentenceSaysWhatItMustDo() throws Exception {
    try (var staged = StagedGuest.ANNOUNCES_THEN_WRITES.launch(crossing.source)) {
      staged.let(1);
      MoveOutcome.StayedAtSource stayed = Guests.stayed(crossing.move(staged.guest()));
      assertThat(stayed.code()).isEqualTo(FailureCode.GUEST_NOT_READY);
      assertThat(stayed.reason())
          .contains("has not said")
          .contains("KVM_HC_MAP_GPA_RANGE")
          .contains("MSR_KVM_MIGRATION_CONTROL (0x4b564d08)");
      assertNothingWasOpened(staged.guest());

      staged.let(2);
      Guests.moved(crossing.move(staged.guest()));
      crossing.arrived().close();
    }
  }

  @Test
  void aGuestThatTookItBackStays() throws Exception {
    try (var staged = StagedGuest.WITHDRAWS.launch(crossing.source)) {
      staged.let(2);
      MoveOutcome.StayedAtSource stayed = Guests.stayed(crossing.move(staged.guest()));
      assertThat(stayed.code()).isEqualTo(FailureCode.GUEST_NOT_READY);
      assertThat(stayed.reason())
          .contains("has taken back")
          .contains("wait until it sets it again");
      assertNothingWasOpened(staged.guest());
    }
  }

  private void assertNothingWasOpened(Guest guest) throws Exception {
    assertThat(crossing.wire.bytesFromSource()).isZero();
    assertThat(crossing.source.journal.steps()).isEmpty();
    assertRunsOn(guest);
  }

  @Test
  void aGuestThatTakesItBackWhileItMovesStays() throws Exception {
    try (var staged = StagedGuest.WITHDRAWS.launch(crossing.source)) {
      staged.let(1);
      MoveListener withdrawing =
          new MoveListener() {
            @Override
            public void round(RoundReport round) {
              staged.let(2);
            }
          };
      MoveOutcome.StayedAtSource stayed =
          Guests.stayed(crossing.move(staged.guest(), Crossing.OPTIONS, withdrawing));
      assertThat(stayed.code()).as(stayed.reason()).isEqualTo(FailureCode.GUEST_NOT_READY);
      assertThat(stayed.report().rounds()).hasSize(1);
      assertRunsOn(staged.guest());
      Guests.assertEmpty(crossing.destination);
      Await.until(
          "the destination was told",
          () ->
              crossing.refusals.stream()
                  .anyMatch(refusal -> refusal.code() == FailureCode.GUEST_NOT_READY));
    }
  }

  private static void assertRunsOn(Guest guest) throws Exception {
    assertThat(guest.isRunning()).isTrue();
    assertThat(guest.dirtyLog().isOn()).isFalse();
    assertThat(guest.sev().status().state()).isEqualTo(GuestState.RUNNING);
  }

  @Test
  void aGuestThatMovedIsReadyWithoutSayingSoAgain() throws Exception {
    try (var staged = StagedGuest.ANNOUNCES_THEN_WRITES.launch(crossing.source)) {
      staged.let(4);
      Guests.moved(crossing.move(staged.guest()));
      try (Guest arrived = crossing.arrived()) {
        assertThat(arrived.migrationControl().isReady()).isTrue();
      }
    }
  }
}
