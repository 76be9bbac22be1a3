package dev.sealift.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealift.migration.wire.FailureCode;
import dev.sealift.migration.wire.Message;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.vmm.PageSet;
import java.time.Duration;
import java.util.stream.LongStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class PageLedgerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final PageLedger ledger = new PageLedger(8, 2);

  @Test
  void aGuestIsWholeWhenEveryPageCameByTheWayOfItsStatus() throws Exception {
    ledger.claimPrivate(0, range(0, 6));
    ledger.placed(0);
    ledger.claimShared(0, range(6, 8));
    ledger.endRound(end(0, 1, 0, 6, 2), PATIENCE);
    ledger.claimShared(1, new long[] {5});
    ledger.claimPrivate(1, new long[] {6});
    ledger.placed(1);
    ledger.endRound(end(1, 0, 1, 1, 1), PATIENCE);

    ledger.checkTotals(totals(2, 7, 3));
    ledger.checkWhole(pages(5, 7));
    assertFails(() -> ledger.checkWhole(pages(6, 7)), FailureCode.INCOMPLETE);
    assertFails(() -> ledger.checkWhole(pages()), FailureCode.INCOMPLETE);
  }

  @Test
  void aPageThatNeverCameIsMissed() throws Exception {
    ledger.claimPrivate(0, range(0, 7));
    ledger.placed(0);
    ledger.endRound(end(0, 1, 0, 7, 0), PATIENCE);
    assertThatThrownBy(() -> ledger.checkWhole(pages()))
        .hasMessage("1 pages of the guest never came");
  }

  @Test
  void aPageComesOnceInARoundHoweverItComes() throws Exception {
    ledger.claimPrivate(0, new long[] {3});
    assertFails(() -> ledger.claimPrivate(0, new long[] {3}), FailureCode.MALFORMED);
    assertFails(() -> ledger.claimShared(0, new long[] {3}), FailureCode.MALFORMED);
    assertFails(() -> ledger.claimPrivate(0, new long[] {4, 4}), FailureCode.MALFORMED);
  }

  @Test
  void aPageBeyondTheGuestsMemoryIsRefused() {
    assertFails(() -> ledger.claimPrivate(0, new long[] {8}), FailureCode.MALFORMED);
    assertFails(() -> ledger.claimPrivate(0, new long[] {-1}), FailureCode.MALFORMED);
    assertFails(() -> ledger.claimShared(0, new long[] {Long.MIN_VALUE}), FailureCode.MALFORMED);
  }

  @Test
  void pagesOfAnotherRoundAreRefused() {
    assertFails(() -> ledger.claimPrivate(1, new long[] {0}), FailureCode.OUT_OF_TURN);
    assertFails(() -> ledger.endRound(end(1, 0, 0, 0, 0), PATIENCE), FailureCode.OUT_OF_TURN);
  }

  @Test
  void countsThatDifferAreRefused() throws Exception {
    ledger.claimPrivate(0, range(0, 2));
    ledger.placed(0);
    ledger.claimShared(0, range(2, 4));
    assertFails(() -> ledger.endRound(end(0, 1, 0, 3, 2), PATIENCE), FailureCode.INCOMPLETE);
  }

  @Test
  void aBatchThatWasNotAnnouncedIsRefused() throws Exception {
    ledger.claimPrivate(0, range(0, 2));
    ledger.placed(0);
    assertFails(() -> ledger.endRound(end(0, 0, 0, 2, 0), PATIENCE), FailureCode.INCOMPLETE);
  }

  @Test
  void totalsThatDifferAreRefused() throws Exception {
    ledger.claimPrivate(0, range(0, 8));
    ledger.placed(0);
    ledger.endRound(end(0, 1, 0, 8, 0), PATIENCE);
    for (Message.Prepare wrong :
        new Message.Prepare[] {totals(2, 8, 0), totals(1, 7, 0), totals(1, 8, 1)}) {
      assertFails(() -> ledger.checkTotals(wrong), FailureCode.INCOMPLETE);
    }
  }

  @Test
  void theEndOfARoundWaitsForItsBatches() throws Exception {
    ledger.claimPrivate(0, range(0, 8));
    Thread placing = Thread.startVirtualThread(() -> ledger.placed(1));
    ledger.endRound(end(0, 0, 1, 8, 0), PATIENCE);
    placing.join();
    assertThat(ledger.rounds()).isEqualTo(1);
  }

  @Test
  void batchesThatDoNotComeAreGivenUpInTime() {
    assertFails(
        () -> ledger.endRound(end(0, 1, 0, 8, 0), Duration.ofMillis(20)), FailureCode.TIMED_OUT);
  }

  @Test
  void batchesOfAConnectionThatEndedAreNotWaitedFor() {
    ledger.ended(0);
    assertFails(() -> ledger.endRound(end(0, 1, 0, 8, 0), PATIENCE), FailureCode.LINK_LOST);
  }

  @Test
  void nothingIsWaitedForOnceTheMoveIsOver() {
    ledger.fail(new MigrationException(FailureCode.PACKET_REFUSED, "a MAC does not hold"));
    ledger.fail(new MigrationException(FailureCode.LINK_LOST, "the source was lost"));
    assertFails(() -> ledger.endRound(end(0, 1, 0, 8, 0), PATIENCE), FailureCode.PACKET_REFUSED);
  }

  @Test
  void aRoundWhoseLinkWasLostGoesOnOverTheNextOneAndItsEndMayBeSaidAgain() throws Exception {
    ledger.claimPrivate(0, range(0, 4));
    ledger.placed(0);
    ledger.ended(0);
    assertFails(() -> ledger.endRound(end(0, 2, 0, 8, 0), PATIENCE), FailureCode.LINK_LOST);
    ledger.fail(new MigrationException(FailureCode.LINK_LOST, "the source was lost"));

    ledger.relink();
    assertFails(() -> ledger.claimPrivate(0, new long[] {3}), FailureCode.MALFORMED);
    ledger.claimPrivate(0, range(4, 8));
    ledger.placed(1);
    ledger.endRound(end(0, 1, 1, 8, 0), PATIENCE);

    ledger.checkTotals(totals(1, 8, 0));
    assertThat(ledger.rounds()).isEqualTo(1);
  }

  private static Message.RoundEnd end(
      int round, int first, int second, long privatePages, long sharedPages) {
    return new Message.RoundEnd(round, new int[] {first, second}, privatePages, sharedPages);
  }

  private static long[] range(long from, long to) {
    return LongStream.range(from, to).toArray();
  }

  private static PageSet pages(long... gfns) {
    var set = new PageSet(8);
    LongStream.of(gfns).forEach(set::add);
    return set;
  }

  private static void assertFails(ThrowingCallable attempt, FailureCode code) {
    assertThatThrownBy(attempt)
        .isInstanceOfSatisfying(
            MigrationException.class,
            failure -> assertThat(failure.code()).as(failure.sentence()).isEqualTo(code));
  }

  private static Message.Prepare totals(int rounds, long privatePages, long sharedPages) {
    return new Message.Prepare(rounds, privatePages, sharedPages, new byte[32]);
  }
}
