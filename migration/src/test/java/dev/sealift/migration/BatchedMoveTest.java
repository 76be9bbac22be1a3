package dev.sealift.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.sev.SevCommand;
import dev.sealift.abi.sev.SevExtension;
import dev.sealift.kernel.KernelProfile;
import dev.sealift.migration.wire.FailureCode;
import dev.sealift.vmm.Guest;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where a host's kernel takes many pages in a call, a move uses that; the other need not know. */
class BatchedMoveTest {
  private static final int PAGES = 64;
  private static final MoveOptions OPTIONS =
      Crossing.OPTIONS.withDataConnections(1).withBatchPages(PAGES);

  @ParameterizedTest
  @CsvSource({
    "MAINLINE, MAINLINE",
    "MAINLINE, EXTENDED",
    "EXTENDED, MAINLINE",
    "EXTENDED, EXTENDED"
  })
  void eachHostGivesItsKernelAsManyPagesAsThatTakes(KernelProfile source, KernelProfile destination)
      throws Exception {
    try (Crossing crossing = new Crossing(TestHost.model(source), TestHost.model(destination));
        Guest guest = crossing.source.launch(Guests.PLAN, 0)) {
      MoveReport report = Guests.moved(crossing.move(guest, OPTIONS, MoveListener.SILENT)).report();

      assertThat(report.pagesPerCall()).isEqualTo(source == KernelProfile.EXTENDED ? PAGES : 1);
      assertCalls(
          crossing.source.calls,
          source,
          SevCommand.SEND_UPDATE_DATA,
          SevExtension.SEND_UPDATE_DATA_BATCH,
          report);
      assertCalls(
          crossing.destination.calls,
          destination,
          SevCommand.RECEIVE_UPDATE_DATA,
          SevExtension.RECEIVE_UPDATE_DATA_BATCH,
          report);
      try (Guest arrived = crossing.arrived()) {
        Guests.assertWhole(arrived);
      }
    }
  }

  /** A call for each packet, or one for each batch that a round of so many packets takes. */
  private static void assertCalls(
      WatchedCalls calls,
      KernelProfile kernel,
      SevCommand one,
      SevExtension many,
      MoveReport report) {
    boolean batched = kernel == KernelProfile.EXTENDED;
    long batches =
        report.rounds().stream()
            .mapToLong(round -> Math.ceilDiv(round.privatePackets(), PAGES))
            .sum();
    assertThat(calls.sevCommands(one.id())).isEqualTo(batched ? 0 : report.privatePackets());
    assertThat(calls.sevCommands(many.id())).isEqualTo(batched ? batches : 0);
  }

  @Test
  void theSourceGivesItsKernelOnePageAtATimeIfItIsTold() throws Exception {
    KernelProfile extended = KernelProfile.EXTENDED;
    try (Crossing crossing = new Crossing(TestHost.model(extended), TestHost.model(extended));
        Guest guest = crossing.source.launch(Guests.PLAN, 0)) {
      MoveReport report =
          Guests.moved(crossing.move(guest, OPTIONS.withOnePageACall(), MoveListener.SILENT))
              .report();

      assertThat(report.pagesPerCall()).isEqualTo(1);
      assertThat(crossing.source.calls.sevCommands(SevCommand.SEND_UPDATE_DATA.id()))
          .isEqualTo(report.privatePackets());
      crossing.arrived().close();
    }
  }

  @Test
  void aFlippedBitInAPacketOfABatchIsABadMeasurementAndThePageIsNamed() throws Exception {
    KernelProfile extended = KernelProfile.EXTENDED;
    try (Crossing crossing = new Crossing(TestHost.model(extended), TestHost.model(extended));
        Guest guest = crossing.source.launch(Guests.PLAN, 0)) {
      crossing.wire.tamper((connection, number, batch) -> {
        if (number == 1) {
          batch[batch.length - 4096 * (PAGES - 17) + 5] ^= 0x10;
        }
        return List.of(batch);
      });
      long flipped =
          IntStream.range(0, 2048)
              .filter(gfn -> !guest.pageStatus().isShared(gfn))
              .skip(17)
              .findFirst()
              .orElseThrow();

      MoveOutcome.StayedAtSource stayed =
          Guests.stayed(crossing.move(guest, OPTIONS, MoveListener.SILENT));

      assertThat(stayed.code()).as(stayed.reason()).isEqualTo(FailureCode.PACKET_REFUSED);
      assertThat(stayed.status()).isEqualTo(FirmwareStatus.BAD_MEASUREMENT);
      assertThat(stayed.reason()).contains("the packet for page " + flipped + " does not hold");
      Guests.assertGoesOn(guest);
      Guests.assertEmpty(crossing.destination);
      assertThat(crossing.nothingArrived()).isTrue();
    }
  }
}
