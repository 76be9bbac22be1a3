package dev.sealift.migration;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.migration.wire.BatchReader;
import dev.sealift.migration.wire.Bounds;
import dev.sealift.migration.wire.ControlConnection;
import dev.sealift.migration.wire.DataGate;
import dev.sealift.migration.wire.FailureCode;
import dev.sealift.migration.wire.Manifest;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.migration.wire.PacketSlots;
import dev.sealift.vmm.CallArena;
import dev.sealift.vmm.PageCalls;
import dev.sealift.vmm.VmmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The destination's data connections from READY or STANDING until they are lost: a thread for each
 * reads batches and gives their packets to the Secure Processor. Where one fails, the link does.
 */
final class ReceivingLink {
  private final PageCalls calls;
  private final PageLedger ledger;
  private final ControlConnection control;
  private final DataGate gate;
  private final Manifest manifest;
  private final Duration timeout;
  private final List<Thread> threads = new ArrayList<>();
  private boolean over;
  private @Nullable MigrationException fault;

  /**
   * A link on which nothing is read yet.
   *
   * @param gate lets the data connections in; closed with this
   */
  ReceivingLink(
      PageCalls calls,
      PageLedger ledger,
      ControlConnection control,
      DataGate gate,
      Manifest manifest,
      Duration timeout) {
    this.calls = calls;
    this.ledger = ledger;
    this.control = control;
    this.gate = gate;
    this.manifest = manifest;
    this.timeout = timeout;
  }

  /**
   * Begins to read.
   *
   * @param memory for the packets, a piece for each data connection
   */
  void start(List<CallArena> memory) {
    control.keep(manifest);
    for (int i = 0; i < memory.size(); i++) {
      int index = i;
      var slots = new PacketSlots(memory.get(i).segment(), Bounds.BATCH_PAGES);
      threads.add(
          Thread.ofPlatform()
              .name("sealift-receive-" + i)
              .daemon()
              .start(() -> receive(index, slots)));
    }
    control.whenBroken(this::lose);
  }

  private void receive(int index, PacketSlots slots) {
    try {
      BatchReader reader = gate.await(index, slots, manifest, timeout);
      Optional<BatchReader.Batch> next = reader.next();
      while (next.isPresent()) {
        BatchReader.Batch batch = next.get();
        ledger.claimPrivate(batch.round(), batch.gfns());
        place(batch.gfns(), slots);
        reader.placed();
        ledger.placed(index);
        control.heard();
        next = reader.next();
      }
      ledger.ended(index);
    } catch (MigrationException failure) {
      fail(failure);
    } catch (InterruptedException interrupted) {
      fail(Failures.of(interrupted));
    }
  }

  private void place(long[] gfns, PacketSlots slots) throws MigrationException {
    try {
      calls.update(slots.batch(gfns, gfns.length));
    } catch (VmmException refused) {
      if (refused.status() == FirmwareStatus.BAD_MEASUREMENT && refused.page().isPresent()) {
        throw new MigrationException(
            FailureCode.PACKET_REFUSED,
            "the MAC of the packet for page %d does not hold: it was changed on its way"
                .formatted(refused.page().getAsLong()),
            refused.status(),
            refused);
      }
      throw Failures.of(refused);
    }
  }

  /** Whoever waits for batches need not wait longer; the control connection knows of itself. */
  private synchronized void lose() {
    if (!over) {
      ledger.fail(new MigrationException(FailureCode.LINK_LOST, "the source was lost"));
    }
  }

  /** Once the link is over, a connection that is lost is no news, and no matter of the next one. */
  private synchronized void fail(MigrationException failure) {
    if (!failure.isOfTheLink() && fault == null) {
      fault = failure;
    }
    if (!over) {
      control.fail(failure);
      ledger.fail(failure);
    }
  }

  /**
   * Ends the data connections, and waits until the batches that are whole lie in the guest's memory
   * and the threads are done. Those that were half read are dropped.
   */
  void halt() {
    synchronized (this) {
      over = true;
    }
    gate.close();
    for (Thread thread : threads) {
      ThreadEnd.await(thread);
    }
  }

  /** What failed that no new link mends; null if nothing did. */
  synchronized @Nullable MigrationException fault() {
    return fault;
  }
}
