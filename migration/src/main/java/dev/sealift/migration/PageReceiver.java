package dev.sealift.migration;

import dev.sealift.migration.wire.Bounds;
import dev.sealift.migration.wire.ControlConnection;
import dev.sealift.migration.wire.DataGate;
import dev.sealift.migration.wire.Manifest;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.migration.wire.PacketSlots;
import dev.sealift.migration.wire.Progress;
import dev.sealift.vmm.CallArena;
import dev.sealift.vmm.Host;
import dev.sealift.vmm.PageCalls;
import dev.sealift.vmm.ReceiveSession;
import dev.sealift.vmm.VmmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes the private pages of a guest in, over one link after the other. Its methods are for the
 * thread that takes the messages of the same link.
 */
final class PageReceiver implements AutoCloseable {
  private final PageCalls calls;
  private final PageLedger ledger;
  private final Manifest manifest;
  private final Duration timeout;
  private final List<CallArena> arenas = new ArrayList<>();
  private ReceivingLink link;

  private PageReceiver(
      PageCalls calls,
      PageLedger ledger,
      ControlConnection control,
      DataGate gate,
      Manifest manifest,
      Duration timeout) {
    this.calls = calls;
    this.ledger = ledger;
    this.manifest = manifest;
    this.timeout = timeout;
    link = new ReceivingLink(calls, ledger, control, gate, manifest, timeout);
  }

  /**
   * Begins to take pages in.
   *
   * @param control where the messages of the move come from; learns at once what fails here
   * @param gate lets the data connections in; closed with this
   * @param manifest gets every batch that is placed, and every message that is taken
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
        receiver.arenas.add(CallArena.allocate(host, PacketSlots.bytes(Bounds.BATCH_PAGES)));
      }
    } catch (VmmException e) {
      receiver.close();
      throw e;
    }
    receiver.link.start(receiver.arenas);
    return receiver;
  }

  /**
   * Ends the link's data connections, and says how far the guest has come. A batch is in the
   * guest's memory now, or was dropped and counts nowhere. Halting twice says the same twice.
   *
   * @throws MigrationException if something failed that no new link mends, as a packet whose MAC
   *     does not hold
   */
  Progress halt() throws MigrationException {
    link.halt();
    MigrationException fault = link.fault();
    if (fault != null) {
      throw fault;
    }
    return new Progress(ledger.rounds(), manifest.messages(), manifest.batches());
  }

  /**
   * Goes on in the same round over a new link. Batches are numbered from 1 on its connections, and
   * sealed with the key of its control connection.
   *
   * @param gate for as many data connections as before; closed with this
   */
  void relink(ControlConnection control, DataGate gate) {
    link.halt();
    ledger.relink();
    link = new ReceivingLink(calls, ledger, control, gate, manifest, timeout);
    link.start(arenas);
  }

  /** Ends the data connections and waits for the threads. */
  @Override
  public void close() {
    link.halt();
    arenas.forEach(CallArena::close);
  }
}
