package dev.sealift.migration;

import dev.sealift.migration.wire.Manifest;
import dev.sealift.migration.wire.Progress;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.PageSet;
import dev.sealift.vmm.PageStatus;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The pages of a round: which go by which way, and, once a link was lost, which of them go again.
 */
final class RoundPages {
  private final PageStatus pageStatus;
  private final SentRanges[] batches;
  private final SentRanges sharedMessages = new SentRanges();

  // Made once and used again in every round: a guest of 1 TiB has 32 MiB of bits.
  private final PageSet status;
  private final PageSet statusOfLastRound;
  private final PageSet privatePages;
  private final PageSet sharedPages;
  private final PageSet leftOver;

  private PageCursor privateCursor;
  private PageCursor sharedCursor;
  private volatile long privateCount;
  private volatile long sharedCount;

  /** Others look at it while the senders count. */
  private final AtomicLong sent = new AtomicLong();

  RoundPages(Guest guest, int connections) {
    pageStatus = guest.pageStatus();
    batches = new SentRanges[connections];
    Arrays.setAll(batches, _ -> new SentRanges());
    long pages = guest.memory().pages();
    status = new PageSet(pages);
    statusOfLastRound = pageStatus.shared();
    privatePages = new PageSet(pages);
    sharedPages = new PageSet(pages);
    leftOver = new PageSet(pages);
    privateCursor = new PageCursor(privatePages);
    sharedCursor = new PageCursor(sharedPages);
  }

  /**
   * Begins a round.
   *
   * @param due the pages that were written; the dirty log was fetched and cleared before this call,
   *     so that the page status read here is no older than the writes
   */
  void begin(PageSet due, Manifest manifest) {
    pageStatus.copySharedTo(status);
    privatePages.copyFrom(status);
    privatePages.toggleAll(statusOfLastRound);
    privatePages.addAll(due);
    statusOfLastRound.copyFrom(status);
    sharedPages.copyFrom(privatePages);
    sharedPages.retainAll(status);
    privatePages.removeAll(status);
    privateCount = privatePages.count();
    sharedCount = sharedPages.count();
    sent.set(0);
    leftOver.clear();
    deal(manifest.messages(), manifest.batches());
  }

  /** The link was lost: what did not arrive is dealt out again, and nothing else. */
  void beginAgain(Progress arrived) {
    PageSet privateAgain = privateCursor.rest();
    for (int i = 0; i < batches.length; i++) {
      batches[i].collect(arrived.batches().get(i), privatePages, privateAgain);
    }
    PageSet sharedAgain = sharedCursor.rest();
    sharedMessages.collect(arrived.messages(), sharedPages, sharedAgain);
    sharedAgain.removeAll(leftOver);
    privatePages.copyFrom(privateAgain);
    sharedPages.copyFrom(sharedAgain);
    sent.set(privateCount + sharedCount - privatePages.count() - sharedPages.count());
    deal(arrived.messages(), arrived.batches());
  }

  private void deal(long messages, List<Long> placed) {
    privateCursor = new PageCursor(privatePages);
    sharedCursor = new PageCursor(sharedPages);
    sharedMessages.restart(messages);
    for (int i = 0; i < batches.length; i++) {
      batches[i].restart(placed.get(i));
    }
  }

  /** Whether a data connection has anything to do. */
  boolean anyPrivate() {
    return !privatePages.isEmpty();
  }

  /**
   * The next pages for a data connection.
   *
   * @param into where they are put
   * @return how many there are, 0 at the end; they are all to go in one batch
   */
  int takePrivate(int connection, long[] into) {
    int count = privateCursor.take(into);
    if (count > 0) {
      batches[connection].add(into[0], into[count - 1]);
    }
    return count;
  }

  /**
   * The next shared pages; {@link #share} says what became of them.
   *
   * @param into where they are put
   * @return how many there are, 0 at the end
   */
  int takeShared(long[] into) {
    return sharedCursor.take(into);
  }

  /**
   * What becomes of shared pages that were taken.
   *
   * @param due the pages that were taken
   * @param going those of them that are about to be said in one message; the others were converted
   *     meanwhile and go in another round
   */
  void share(long[] due, long[] going) {
    for (long gfn : due) {
      leftOver.add(gfn);
    }
    for (long gfn : going) {
      leftOver.remove(gfn);
    }
    if (going.length > 0) {
      sharedMessages.add(due[0], due[due.length - 1]);
    }
  }

  /** So many pages more are sent. Thread-safe. */
  void sent(int count) {
    sent.addAndGet(count);
  }

  /** Pages of the round that are sent, those left over included. Thread-safe. */
  long sent() {
    return sent.get();
  }

  /** Pages of the round that go sealed, in all. */
  long privateCount() {
    return privateCount;
  }

  /** Pages of the round that were to go as they are, those left over included. */
  long sharedCount() {
    return sharedCount;
  }

  /** Pages that must go in another round; good until the next one begins. */
  PageSet leftOver() {
    return leftOver;
  }
}
