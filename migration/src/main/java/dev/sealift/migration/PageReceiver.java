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
import dev.sealift.vmm.Host;
import dev.sealift.vmm.PageCalls;
import dev.sealift.vmm.ReceiveSession;
import dev.sealift.vmm.VmmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Takes the private pages in: a thread for each data connection reads batches and gives their
 * packets to the Secure Processor. Where one fails, the move does.
 */
final class PageReceiver implements AutoCloseable {
  private final PageCalls calls;
  private final PageLedger ledger;
  private final ControlConnection control;
  private final DataGate gate;
  private final Manifest manifest;
  private final Duration timeout;
  private final List<CallArena> arenas = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();

  private PageReceiver(
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
   * Begins to take pages in.
   *
   * @param gate lets the data connections in; closed with this
   * @param manifest gets every batch
   */
  static PageReceiver start(
      Host host,
      ReceiveSession session,
      PageLedger ledger,
      ControlConnection control,
      DataGate gate,
      Manifest manifest,
      int connections,
      Duration timeout)
      throws VmmException {
    var receiver = new PageReceiver(session.pageCalls(), ledger, control, gate, manifest, timeout);
    try {
      for (int i = 0; i < connections; i++) {
        CallArena arena = CallArena.allocate(host, PacketSlots.bytes(Bounds.BATCH_PAGES));
        receiver.arenas.add(arena);
      }
    } catch (VmmException e) {
      receiver.close();
      throw e;
    }
    for (int i = 0; i < connections; i++) {
      int index = i;
      var slots = new PacketSlots(receiver.arenas.get(i).segment(), Bounds.BATCH_PAGES);
      receiver.threads.add(
          Thread.ofPlatform()
              .name("sealift-receive-" + i)
              .daemon()
              .start(() -> receiver.receive(index, slots)));
    }
    return receiver;
  }

  private void receive(int index, PacketSlots slots) {
    try {
      BatchReader reader = gate.await(index, slots, manifest, timeout);
      Optional<BatchReader.Batch> next = reader.next();
      while (next.isPresent()) {
        BatchReader.Batch batch = next.get();
        ledger.claimPrivate(batch.round(), batch.gfns());
        place(batch.gfns(), slots);
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

  private void fail(MigrationException failure) {
    control.fail(failure);
    ledger.fail(failure);
  }

  /** Ends the data connections and waits for the threads. */
  @Override
  public void close() {
    gate.close();
    for (Thread thread : threads) {
      ThreadEnd.await(thread);
    }
    arenas.forEach(CallArena::close);
  }
}
