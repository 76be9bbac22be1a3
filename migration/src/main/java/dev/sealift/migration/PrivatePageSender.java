package dev.sealift.migration;

import dev.sealift.abi.Pages;
import dev.sealift.migration.wire.BatchWriter;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.migration.wire.PacketSlots;
import dev.sealift.vmm.PageCalls;
import dev.sealift.vmm.VmmException;

/**
 * One data connection's share of the private pages: the Secure Processor makes a packet of each
 * page in the connection's own memory, and from there the packets go out a batch at a time.
 */
final class PrivatePageSender {
  private final PageCalls calls;
  private final BatchWriter writer;
  private final Pacer pacer;
  private final long[] gfns;

  PrivatePageSender(PageCalls calls, BatchWriter writer, Pacer pacer) {
    this.calls = calls;
    this.writer = writer;
    this.pacer = pacer;
    gfns = new long[writer.slots().pages()];
  }

  /** Sends pages until none are left. */
  void send(int round, RoundPages pages)
      throws VmmException, MigrationException, InterruptedException {
    PacketSlots slots = writer.slots();
    int connection = writer.connection();
    for (int count = pages.takePrivate(connection, gfns);
        count > 0;
        count = pages.takePrivate(connection, gfns)) {
      pacer.await((long) count * Pages.SIZE);
      calls.update(slots.batch(gfns, count));
      writer.send(round, gfns, count);
      pages.sent(count);
    }
  }

  /** Bytes sent so far. */
  long bytes() {
    return writer.bytes();
  }

  /** Ends the connection; a thread that is sending fails. */
  void close() {
    writer.close();
  }
}
