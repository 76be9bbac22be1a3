package dev.sealift.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.kvm.KvmIoctl;
import dev.sealift.abi.psp.GuestState;
import dev.sealift.migration.handover.DestinationStep;
import dev.sealift.migration.handover.SourceStep;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.PageSet;
import dev.sealift.vmm.guest.PseudoRandomWriter;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A running guest goes to another host, whole, and nobody on the way sees its memory. */
class MoveTest {
  /** Bytes on the wire of the message that follows a move that is done. */
  private static final int ENDORSEMENT = 8 + 208 + 22;

  @Test
  void aModelGuestRunsOnAtTheDestinationWithEveryByteOfItsMemory() throws Exception {
    try (Crossing crossing = new Crossing(TestHost.model(), TestHost.model())) {
      try (Guest guest = crossing.source.launch(Guests.PLAN, 0)) {
        MoveOutcome.Moved moved = Guests.moved(crossing.move(guest));
        PlaintextSearch search = searchFor(guest);
        try (Guest arrived = crossing.arrived()) {
          Guests.assertWhole(arrived);
          assertHandedOver(crossing, guest, arrived);
        }
        assertReport(crossing, moved);
        assertThat(crossing.wire.captured()).allSatisfy(bytes -> assertUnseen(search, bytes));
        assertThat(crossing.source.calls.contents())
            .as("all memory of the source host, the guest's at rest included")
            .allSatisfy(bytes -> assertUnseen(search, bytes));
      }
    }
  }

  @Test
  void theDestinationHostNeverHoldsPrivateMemoryInTheClear() throws Exception {
    try (Crossing crossing = new Crossing(TestHost.model(), TestHost.model())) {
      crossing.destination.calls.watch();
      try (Guest guest = crossing.source.launch(Guests.PLAN, 0)) {
        Guests.moved(crossing.move(guest));
        PlaintextSearch search = searchFor(guest);
        crossing.arrived().close();
        List<byte[]> memory = crossing.destination.calls.contents();
        assertThat(memory).as("transport buffers and the guest's memory").hasSizeGreaterThan(3);
        assertThat(memory).allSatisfy(bytes -> assertUnseen(search, bytes));
      }
    }
  }

  @Test
  void aGuestOfThisMachinesKvmRunsOnAtTheDestinationWithEveryByteOfItsMemory() throws Exception {
    try (Crossing crossing = new Crossing(TestHost.kvm(), TestHost.kvm());
        Guest guest = crossing.source.launch(Guests.PLAN, 0)) {
      MoveOutcome.Moved moved = Guests.moved(crossing.move(guest));
      PlaintextSearch search = searchFor(guest);
      assertThat(search.findIn(guest.memory().segment().toArray(ValueLayout.JAVA_BYTE)))
          .as("on this kind of host guest memory lies open, so the search must find it")
          .isPresent();
      try (Guest arrived = crossing.arrived()) {
        Guests.assertWhole(arrived);
        assertHandedOver(crossing, guest, arrived);
      }
      assertReport(crossing, moved);
      assertThat(crossing.wire.captured()).allSatisfy(bytes -> assertUnseen(search, bytes));
    }
  }

  @Test
  void aGuestMovesOnAndBackAgain() throws Exception {
    TestHost here = TestHost.model();
    TestHost there = TestHost.model();
    try (Crossing forth = new Crossing(here, there);
        Crossing back = new Crossing(there, here)) {
      try (Guest guest = here.launch(Guests.PLAN, 0)) {
        Guests.moved(forth.move(guest));
      }
      try (Guest away = forth.arrived()) {
        Guests.moved(back.move(away));
      }
      try (Guest home = back.arrived()) {
        Guests.assertWhole(home);
      }
    }
  }

  @Test
  void aGuestWhoseRegistersNobodyMayReadBootsRunsAndProvesItsMemory() throws Exception {
    try (TestHost host = TestHost.model()) {
      host.calls.refuse(KvmIoctl.GET_REGS);
      try (Guest guest = host.launch(Guests.PLAN, 0)) {
        assertThat(guest.migrationControl().isReady()).isTrue();
        Guests.assertWhole(guest);
      }
    }
  }

  @Test
  void aPageThatWasConvertedButNotWrittenGoesAgainByTheWayOfItsStatus() throws Exception {
    long untouched = 0x7D0;
    try (Crossing crossing = new Crossing(TestHost.model(), TestHost.model());
        Guest guest = crossing.source.launch(Guests.PLAN, 0)) {
      MoveListener converting =
          new MoveListener() {
            @Override
            public void round(RoundReport round) {
              if (round.round() == 0) {
                guest.pageStatus().setShared(untouched, 1);
              }
            }
          };
      Guests.moved(crossing.move(guest, Crossing.OPTIONS, converting));
      try (Guest arrived = crossing.arrived()) {
        assertThat(arrived.pageStatus().isShared(untouched)).isTrue();
        assertThat(arrived.memory().page(untouched).mismatch(guest.memory().page(untouched)))
            .isEqualTo(-1);
      }
    }
  }

  @Test
  void theOptionsAreKept() throws Exception {
    try (Crossing crossing =
            new Crossing(
                TestHost.model(),
                TestHost.model(),
                DestinationOptions.DEFAULT.withMaxDataConnections(3));
        Guest guest = crossing.source.launch(Guests.PLAN, 0)) {
      MoveOptions options =
          Crossing.OPTIONS
              .withDataConnections(16)
              .withMaxRounds(2)
              .withBatchPages(7)
              .withBytesPerSecond(64 << 20);
      MoveOutcome.Moved moved = Guests.moved(crossing.move(guest, options, MoveListener.SILENT));
      assertThat(moved.report().rounds()).hasSize(2);
      assertThat(moved.report().stopped()).isEqualTo(StopReason.ROUND_LIMIT);
      long packets = moved.report().privatePackets();
      assertThat(crossing.wire.batches()).isBetween(packets / 7, packets / 7 + 2 * 3);
      assertThat(crossing.wire.captured()).hasSize(2 * (1 + 3));
      crossing.arrived().close();
    }
  }

  @Test
  void theSearchFindsABlockAtAnyOffset() {
    PlaintextSearch search = PlaintextSearch.of(Guests.PLAN, 0, new PageSet(2048));
    assertThat(search.blocks()).isGreaterThan(400_000);
    byte[] haystack = new byte[100_000];
    new Random(1).nextBytes(haystack);
    assertThat(search.findIn(haystack)).isEmpty();
    long address = 0x700010;
    for (int i = 0; i < 2; i++) {
      long word = (address + 8 * i) * 0x9E3779B97F4A7C15L;
      for (int b = 0; b < 8; b++) {
        haystack[77_777 + 8 * i + b] = (byte) (word >>> (8 * b));
      }
    }
    assertThat(search.findIn(haystack)).isEqualTo(OptionalLong.of(77_777));
  }

  private static PlaintextSearch searchFor(Guest paused) throws Exception {
    return PlaintextSearch.of(
        Guests.PLAN,
        PseudoRandomWriter.steps(paused.vcpu().registers()),
        paused.pageStatus().shared());
  }

  private static void assertUnseen(PlaintextSearch search, byte[] bytes) {
    assertThat(search.findIn(bytes)).isEmpty();
  }

  private static void assertHandedOver(Crossing crossing, Guest guest, Guest arrived)
      throws Exception {
    assertThat(guest.isRunning()).isFalse();
    assertThat(guest.sev().status().state()).isEqualTo(GuestState.SENT);
    assertThat(arrived.sev().status().state()).isEqualTo(GuestState.RUNNING);
    assertThat(arrived.configuration()).isEqualTo(guest.configuration());
    assertThat(crossing.source.journal.steps())
        .containsExactly(
            SourceStep.NEGOTIATING,
            SourceStep.SENDING,
            SourceStep.PAUSED,
            SourceStep.PREPARING,
            SourceStep.FINISHING,
            SourceStep.FINISHED,
            SourceStep.COMMITTED,
            SourceStep.HANDED_OVER);
    assertThat(crossing.destination.journal.steps())
        .containsExactly(
            DestinationStep.RECEIVING,
            DestinationStep.PREPARED,
            DestinationStep.COMMITTED,
            DestinationStep.RUNNING);
    assertThat(crossing.warnings).isEmpty();
  }

  private static void assertReport(Crossing crossing, MoveOutcome.Moved moved) {
    MoveReport report = moved.report();
    List<RoundReport> rounds = report.rounds();
    assertThat(rounds).hasSizeGreaterThanOrEqualTo(2);
    for (int i = 0; i < rounds.size(); i++) {
      RoundReport round = rounds.get(i);
      assertThat(round.round()).isEqualTo(i);
      assertThat(round.privatePackets() + round.sharedPages()).isLessThanOrEqualTo(round.pages());
      assertThat(round.bytes()).isGreaterThanOrEqualTo(4096 * round.privatePackets());
    }
    assertThat(rounds.getFirst().pages()).isEqualTo(2048);
    assertThat(rounds.getLast().dirtyAfter()).isZero();
    assertThat(report.destinationEmulated()).isTrue();
    assertThat(report.verdict()).isNotNull();
    assertThat(report.verdict().holds()).as(report.verdict().faults()).isTrue();
    assertThat(moved.receipt()).as("the receipt").isNotNull();
    assertThat(report.stopped()).isNotNull();
    assertThat(report.bytes())
        .as("what the wire saw, but for the farewell")
        .isBetween(
            crossing.wire.bytesFromSource() - ENDORSEMENT - 100,
            crossing.wire.bytesFromSource() - ENDORSEMENT);
    assertThat(moved.downtime().total()).isPositive().isLessThan(report.total());
  }
}
