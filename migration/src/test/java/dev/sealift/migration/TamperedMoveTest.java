package dev.sealift.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.migration.handover.DestinationStep;
import dev.sealift.migration.handover.SourceStep;
import dev.sealift.migration.wire.FailureCode;
import dev.sealift.vmm.Guest;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Whatever somebody on the way does to the packets of a guest, the guest goes on at the source as
 * if nothing had been, and nothing of it runs at the destination. One guest lives through all of
 * it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class TamperedMoveTest {
  private static final int PAGES = 64;
  private static final int PREAMBLE = 8;
  private static final int SEALED_HEADER = 16 + 60 * PAGES + 16;
  private static final int BATCH = PREAMBLE + SEALED_HEADER + 4096 * PAGES;

  /** One connection, so that the n-th batch is the n-th; 31 of them make the first round. */
  private static final MoveOptions OPTIONS =
      Crossing.OPTIONS.withDataConnections(1).withBatchPages(PAGES);

  private Crossing crossing;
  private Guest guest;

  @BeforeAll
  void launch() throws Exception {
    crossing =
        new Crossing(
            TestHost.model(),
            TestHost.model(),
            DestinationOptions.DEFAULT
                .withTimeout(Duration.ofSeconds(2))
                .withResumeLimit(Duration.ofMillis(500)));
    guest = crossing.source.launch(Guests.PLAN, 0);
  }

  @AfterEach
  void leaveAlone() {
    crossing.wire.tamper(Wire.Tampering.NONE);
  }

  @AfterAll
  void close() {
    guest.close();
    crossing.close();
  }

  @ParameterizedTest(name = "bit {1} of byte {0} of batch {2}")
  @CsvSource({
    // the preamble
    "0, 7, 1",
    "3, 0, 1",
    "7, 0, 2",
    // the sealed header: its first and last bytes
    "8, 0, 1",
    "23, 3, 31",
    "3879, 7, 1",
    // the first and the last byte of the ciphertext, and one in between
    "3880, 0, 1",
    "3880, 7, 32",
    "133333, 4, 15",
    "266023, 7, 1",
    "266023, 0, 30",
  })
  void aFlippedBitIsABadMeasurement(int offset, int bit, int number) throws Exception {
    assertThat(offset).isLessThan(BATCH);
    flip(offset, bit, number);
    assertBadMeasurement("the flipped bit");
  }

  @Test
  void aFlippedBitAnywhereIsABadMeasurement() throws Exception {
    long seed = System.nanoTime();
    var random = new Random(seed);
    for (int i = 0; i < 8; i++) {
      // Half of them in the headers, which are but a hundredth of the bytes.
      int offset = random.nextInt(i % 2 == 0 ? PREAMBLE + SEALED_HEADER : BATCH);
      int bit = random.nextInt(8);
      int number = 1 + random.nextInt(30);
      flip(offset, bit, number);
      assertBadMeasurement(
          "bit %d of byte %d of batch %d, seed %d".formatted(bit, offset, number, seed));
    }
  }

  @Test
  void aReplayedBatchIsRefused() throws Exception {
    crossing.wire.tamper(
        (connection, number, batch) -> number == 3 ? List.of(batch, batch) : List.of(batch));
    assertBadMeasurement("the replay");
  }

  @Test
  void reorderedBatchesAreRefused() throws Exception {
    byte[][] held = new byte[1][];
    crossing.wire.tamper((connection, number, batch) -> {
      if (number == 3) {
        held[0] = batch;
        return List.of();
      }
      return number == 4 ? List.of(batch, held[0]) : List.of(batch);
    });
    assertBadMeasurement("the reordering");
  }

  @Test
  void aDroppedBatchIsMissed() throws Exception {
    crossing.wire.tamper((connection, number, batch) -> number == 3 ? List.of() : List.of(batch));
    assertBadMeasurement("the drop");
  }

  @Test
  void theLastBatchOfARoundIsMissedInTime() throws Exception {
    crossing.wire.tamper(
        (connection, number, batch) -> number == 31 || connection > 1 ? List.of() : List.of(batch));
    assertStays(FailureCode.LINK_LOST);
  }

  @Test
  void aBatchOfAnEarlierMoveIsRefused() throws Exception {
    byte[][] old = new byte[1][];
    crossing.wire.tamper((connection, number, batch) -> {
      if (number == 1) {
        old[0] = batch;
      }
      return number == 2 ? List.of() : List.of(batch);
    });
    assertBadMeasurement("the first move");
    crossing.wire.tamper((connection, number, batch) -> List.of(number == 1 ? old[0] : batch));
    assertBadMeasurement("the second");
  }

  @Test
  @Order(Integer.MAX_VALUE)
  void afterAllThatTheGuestStillMovesAndIsWhole() throws Exception {
    Guests.moved(crossing.move(guest, OPTIONS, MoveListener.SILENT));
    try (Guest arrived = crossing.arrived()) {
      Guests.assertWhole(arrived);
    }
  }

  private void flip(int offset, int bit, int number) {
    crossing.wire.tamper((connection, current, batch) -> {
      if (current == number) {
        batch[offset] ^= (byte) (1 << bit);
      }
      return List.of(batch);
    });
  }

  private void assertBadMeasurement(String what) throws Exception {
    MoveOutcome.StayedAtSource stayed = assertStays(FailureCode.PACKET_REFUSED);
    assertThat(stayed.status()).as(what).isEqualTo(FirmwareStatus.BAD_MEASUREMENT);
    assertThat(stayed.reason()).as(what).contains("on its way").doesNotContain("Exception");
  }

  private MoveOutcome.StayedAtSource assertStays(FailureCode code) throws Exception {
    MoveOutcome.StayedAtSource stayed =
        Guests.stayed(crossing.move(guest, OPTIONS, MoveListener.SILENT));
    assertThat(stayed.code()).as(stayed.reason()).isEqualTo(code);
    Guests.assertGoesOn(guest);
    Guests.assertEmpty(crossing.destination);
    assertThat(crossing.nothingArrived()).isTrue();
    assertThat(crossing.source.journal.steps()).endsWith(SourceStep.STAYED);
    Await.until(
        "the destination has given the guest up",
        () -> crossing.destination.journal.steps().getLast() == DestinationStep.TORN_DOWN);
    return stayed;
  }
}
