package dev.sealift.migration;

import dev.sealift.abi.Pages;
import dev.sealift.migration.wire.Bounds;
import dev.sealift.migration.wire.ControlConnection;
import dev.sealift.migration.wire.Message;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.GuestMemory;
import dev.sealift.vmm.PageStatus;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * Sends the pages that the guest shares with its host, as they are. A page is sent only if it was
 * shared all the while it was copied: what the guest wrote after it took the page back is private
 * and must not be seen.
 */
final class SharedPageSender {
  /** How often a copy is tried again while the guest converts pages. */
  private static final int ATTEMPTS = 4;

  private final GuestMemory memory;
  private final PageStatus status;
  private final ControlConnection control;

  SharedPageSender(Guest guest, ControlConnection control) {
    this.memory = guest.memory();
    this.status = guest.pageStatus();
    this.control = control;
  }

  /** Sends pages until none are left; those that were converted meanwhile are left over. */
  void send(int round, RoundPages pages) throws MigrationException {
    long[] gfns = new long[Bounds.SHARED_PAGES];
    for (int count = pages.takeShared(gfns); count > 0; count = pages.takeShared(gfns)) {
      long[] due = Arrays.copyOf(gfns, count);
      Copy copy = copy(due);
      pages.share(due, copy.gfns);
      if (copy.gfns.length > 0) {
        control.send(new Message.SharedPages(round, copy.gfns, copy.contents));
      }
      pages.sent(count);
    }
  }

  // Made, sent and forgotten.
  @SuppressWarnings("ArrayRecordComponent")
  private record Copy(long[] gfns, byte[] contents) {}

  /**
   * Copies pages that stay shared throughout. Where no conversion was announced between the look at
   * the status and the end of the copy, every page looked at was shared all the while.
   */
  private Copy copy(long[] due) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      long before = status.conversions();
      long[] gfns = Arrays.stream(due).filter(status::isShared).toArray();
      byte[] contents = new byte[gfns.length * Pages.SIZE];
      for (int i = 0; i < gfns.length; i++) {
        MemorySegment.copy(
            memory.page(gfns[i]), ValueLayout.JAVA_BYTE, 0, contents, i * Pages.SIZE, Pages.SIZE);
      }
      // The count must not be read before the pages are.
      VarHandle.loadLoadFence();
      if (status.conversions() == before) {
        return new Copy(gfns, contents);
      }
    }
    return new Copy(new long[0], new byte[0]);
  }
}
