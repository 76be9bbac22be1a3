package dev.sealift.migration;

import dev.sealift.migration.wire.FailureCode;
import dev.sealift.migration.wire.Message;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.vmm.PageSet;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What has come of a guest: each page at most once in a round, every round whole, every page at
 * least once in the end, and by the way that fits its status. Thread-safe.
 */
final class PageLedger {
  private final PageSet inThisRound;
  private final PageSet everArrived;
  private final PageSet lastCameShared;
  private final long[] placedBatches;
  private final long[] batchesOfWholeRounds;
  private final boolean[] ended;
  private int round;
  private long privateInRound;
  private long sharedInRound;
  private long privateInAll;
  private long sharedInAll;
  private @Nullable MigrationException failure;

  /**
   * @param pages of the guest
   * @param connections data connections of the move
   */
  PageLedger(long pages, int connections) {
    inThisRound = new PageSet(pages);
    everArrived = new PageSet(pages);
    lastCameShared = new PageSet(pages);
    placedBatches = new long[connections];
    batchesOfWholeRounds = new long[connections];
    ended = new boolean[connections];
  }

  /** Pages came in over a data connection, and are about to be put into the guest's memory. */
  synchronized void claimPrivate(int ofRound, long[] gfns) throws MigrationException {
    claim(ofRound, gfns);
    for (long gfn : gfns) {
      lastCameShared.remove(gfn);
    }
    privateInRound += gfns.length;
  }

  /** Pages came in over the control connection. */
  synchronized void claimShared(int ofRound, long[] gfns) throws MigrationException {
    claim(ofRound, gfns);
    for (long gfn : gfns) {
      lastCameShared.add(gfn);
    }
    sharedInRound += gfns.length;
  }

  private void claim(int ofRound, long[] gfns) throws MigrationException {
    if (ofRound != round) {
      throw new MigrationException(
          FailureCode.OUT_OF_TURN, "pages of round %d came in round %d".formatted(ofRound, round));
    }
    for (long gfn : gfns) {
      if (gfn < 0 || gfn >= inThisRound.pages()) {
        throw new MigrationException(
            FailureCode.MALFORMED,
            "page %s came, but the guest has %d pages"
                .formatted(Long.toUnsignedString(gfn), inThisRound.pages()));
      }
      if (inThisRound.contains(gfn)) {
        throw new MigrationException(
            FailureCode.MALFORMED, "page %d came twice in round %d".formatted(gfn, round));
      }
      inThisRound.add(gfn);
      everArrived.add(gfn);
    }
  }

  /** A batch of a data connection lies in the guest's memory. */
  synchronized void placed(int connection) {
    placedBatches[connection]++;
    notifyAll();
  }

  /** The source ended a data connection. */
  synchronized void ended(int connection) {
    ended[connection] = true;
    notifyAll();
  }

  /** Nothing more will come over this link; the first reason counts. */
  synchronized void fail(MigrationException why) {
    if (failure == null) {
      failure = why;
    }
    notifyAll();
  }

  /** A new link takes the place of the one that was lost, in the same round. */
  synchronized void relink() {
    failure = null;
    Arrays.fill(ended, false);
  }

  /**
   * Waits until everything that the source says it sent in a round has come, and begins the next.
   * Where it fails with the link, the round goes on, and its end may be said once more.
   *
   * @param end what was sent in the round, over all links
   * @param patience how long to wait for one batch
   */
  synchronized void endRound(Message.RoundEnd end, Duration patience)
      throws MigrationException, InterruptedException {
    if (end.round() != round || end.batches().length != placedBatches.length) {
      throw new MigrationException(
          FailureCode.OUT_OF_TURN,
          "the end of round %d over %d connections came in round %d over %d"
              .formatted(end.round(), end.batches().length, round, placedBatches.length));
    }
    for (int i = 0; i < placedBatches.length; i++) {
      awaitBatches(i, batchesOfWholeRounds[i] + end.batches()[i], patience);
    }
    if (end.privatePages() != privateInRound || end.sharedPages() != sharedInRound) {
      throw new MigrationException(
          FailureCode.INCOMPLETE,
          "round %d brought %d private and %d shared pages, but the source sent %d and %d"
              .formatted(
                  round, privateInRound, sharedInRound, end.privatePages(), end.sharedPages()));
    }
    privateInAll += privateInRound;
    sharedInAll += sharedInRound;
    privateInRound = 0;
    sharedInRound = 0;
    System.arraycopy(placedBatches, 0, batchesOfWholeRounds, 0, placedBatches.length);
    inThisRound.clear();
    round++;
  }

  private void awaitBatches(int connection, long expected, Duration patience)
      throws MigrationException, InterruptedException {
    long seen = -1;
    long deadline = 0;
    while (placedBatches[connection] < expected) {
      if (failure != null) {
        throw failure;
      }
      if (ended[connection]) {
        throw new MigrationException(
            FailureCode.LINK_LOST,
            "data connection %d ended before round %d was whole".formatted(connection, round));
      }
      long now = System.nanoTime();
      if (placedBatches[connection] != seen) {
        seen = placedBatches[connection];
        deadline = now + patience.toNanos();
      }
      if (deadline - now <= 0) {
        throw new MigrationException(
            FailureCode.TIMED_OUT,
            "%d batches of round %d did not come on data connection %d"
                .formatted(expected - seen, round, connection));
      }
      wait(Math.max(1, (deadline - now) / 1_000_000));
    }
    if (placedBatches[connection] > expected) {
      throw new MigrationException(
          FailureCode.INCOMPLETE,
          "more batches came on data connection %d than the source sent".formatted(connection));
    }
  }

  /** Whether all that was sent has come. */
  synchronized void checkTotals(Message.Prepare totals) throws MigrationException {
    if (totals.rounds() != round
        || totals.privatePages() != privateInAll
        || totals.sharedPages() != sharedInAll) {
      throw new MigrationException(
          FailureCode.INCOMPLETE,
          "%d rounds brought %d private and %d shared pages, but the source sent %d, %d and %d"
              .formatted(
                  round,
                  privateInAll,
                  sharedInAll,
                  totals.rounds(),
                  totals.privatePages(),
                  totals.sharedPages()));
    }
  }

  /** Whether every page has come, and last by the way that fits its status. */
  synchronized void checkWhole(PageSet shared) throws MigrationException {
    long missing = everArrived.pages() - everArrived.count();
    if (missing > 0) {
      throw new MigrationException(
          FailureCode.INCOMPLETE, "%d pages of the guest never came".formatted(missing));
    }
    PageSet wrong = shared.copy();
    wrong.toggleAll(lastCameShared);
    if (!wrong.isEmpty()) {
      throw new MigrationException(
          FailureCode.INCOMPLETE,
          "%d pages last came by the way that does not fit their status".formatted(wrong.count()));
    }
  }

  /** Pages that came sealed in whole rounds. */
  synchronized long privatePackets() {
    return privateInAll;
  }

  /** Rounds that are whole; also the number of the one that goes on. */
  synchronized int rounds() {
    return round;
  }
}
