package dev.sealift.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.migration.handover.DestinationStep;
import dev.sealift.migration.handover.SourceStep;
import dev.sealift.migration.receipt.Receipt;
import dev.sealift.migration.wire.FailureCode;
import dev.sealift.migration.wire.MoveId;
import dev.sealift.vmm.Guest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The link breaks, a host fails or somebody calls the move off: the guest runs at one host only.
 */
class LostLinkTest {
  private TestHost source;
  private TestHost destination;
  private Guest guest;

  @BeforeEach
  void launch() throws Exception {
    source = TestHost.model();
    destination = TestHost.model();
    guest = source.launch(Guests.PLAN, 0);
  }

  @AfterEach
  void close() {
    guest.close();
    source.close();
    destination.close();
  }

  @Test
  void aLinkLostWhilePagesGoLeavesTheGuestAtTheSource() throws Exception {
    try (Crossing crossing = new Crossing(source, destination)) {
      crossing.wire.tamper((connection, number, batch) -> {
        if (number == 5) {
          crossing.wire.cut();
        }
        return List.of(batch);
      });
      assertStays(crossing.move(guest), FailureCode.LINK_LOST);
    }
  }

  @Test
  void aLinkLostWhileTheGuestIsPausedLeavesItAtTheSource() throws Exception {
    try (Crossing crossing = new Crossing(source, destination)) {
      assertStays(
          crossing.move(guest, Crossing.OPTIONS, new AtStep(SourceStep.PAUSED, crossing.wire::cut)),
          FailureCode.LINK_LOST);
    }
  }

  @Test
  void aLinkLostAfterSendFinishLeavesTheGuestToTheDestinationAlone() throws Exception {
    try (Crossing crossing = new Crossing(source, destination)) {
      MoveOutcome outcome =
          crossing.move(
              guest, Crossing.OPTIONS, new AtStep(SourceStep.FINISHED, crossing.wire::cut));
      assertThat(outcome)
          .isInstanceOfSatisfying(
              MoveOutcome.HandedOver.class,
              handedOver ->
                  assertThat(handedOver.reason())
                      .contains("only the destination may run it")
                      .doesNotContain("Exception"));
      Guests.assertNeverAgain(guest, source);
      assertThat(crossing.nothingArrived()).isTrue();
      assertThat(destination.journal.steps()).endsWith(DestinationStep.PREPARED);

      crossing.wire.mend();
      Recovery recovery = crossing.recover(guest);
      assertThat(recovery.step()).as(recovery.words()).isEqualTo(SourceStep.HANDED_OVER);
      Guests.assertNeverAgain(guest, source);
      crossing.assertArrivedWhole();
    }
  }

  @Test
  void aLinkThatIsBrokenForAMomentAfterSendFinishCostsThatMoment() throws Exception {
    try (Crossing crossing = new Crossing(source, destination)) {
      MoveOutcome outcome =
          crossing.move(
              guest,
              Crossing.OPTIONS.withResumeLimit(Duration.ofSeconds(20)),
              new AtStep(SourceStep.FINISHED, crossing.wire::snap));
      assertThat(outcome).isInstanceOf(MoveOutcome.Moved.class);
      Guests.assertNeverAgain(guest, source);
      crossing.assertArrivedWhole();
    }
  }

  @Test
  void aDestinationThatIsPreparedIsToldThatTheGuestStays() throws Exception {
    source.journal.breakAt(SourceStep.FINISHING);
    try (Crossing crossing = new Crossing(source, destination)) {
      assertStays(crossing.move(guest), FailureCode.JOURNAL_FAILED);
      assertThat(source.journal.steps()).endsWith(SourceStep.WITHDRAWN, SourceStep.STAYED);
      assertThat(destination.journal.steps())
          .endsWith(DestinationStep.PREPARED, DestinationStep.TORN_DOWN);
    }
  }

  @Test
  void aLinkLostAfterCommitLeavesTheGuestRunningAtTheDestination() throws Exception {
    List<Receipt> receipts = new CopyOnWriteArrayList<>();
    try (Crossing crossing =
        new Crossing(source, destination) {
          @Override
          public void step(MoveId move, DestinationStep step) {
            if (step == DestinationStep.COMMITTED) {
              wire.cut();
            }
          }

          @Override
          public void receipt(MoveId move, Receipt receipt) {
            receipts.add(receipt);
          }
        }) {
      assertThat(crossing.move(guest)).isInstanceOf(MoveOutcome.HandedOver.class);
      Guests.assertNeverAgain(guest, source);
      crossing.assertArrivedWhole();
      Await.until("the destination has its receipt", () -> !receipts.isEmpty());
      assertThat(receipts.getFirst().sourceReport())
          .as("the signature of a source that was lost")
          .isNull();
    }
  }

  private void assertStays(MoveOutcome outcome, FailureCode code) throws Exception {
    MoveOutcome.StayedAtSource stayed = Guests.stayed(outcome);
    assertThat(stayed.code()).as(stayed.reason()).isEqualTo(code);
    Guests.assertGoesOn(guest);
    Guests.assertEmpty(destination);
  }
}
