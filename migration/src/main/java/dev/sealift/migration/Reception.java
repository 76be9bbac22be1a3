package dev.sealift.migration;

import dev.sealift.migration.receipt.Receipt;
import dev.sealift.migration.wire.ControlConnection;
import dev.sealift.migration.wire.DataGate;
import dev.sealift.migration.wire.Listener;
import dev.sealift.migration.wire.Manifest;
import dev.sealift.migration.wire.Message;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.migration.wire.Progress;
import dev.sealift.vmm.ReceiveSession;
import dev.sealift.vmm.VmmException;

/**
 * Everything that takes a guest's pages and state in, over as many connections as it takes: the
 * data connections with their threads, the ledger of what has come, and the manifest.
 */
final class Reception implements AutoCloseable {
  private final Message.Guest offer;
  private final Listener listener;
  private final ArrivingGuest guest;
  private final PageLedger ledger;
  private final Manifest manifest;
  private final PageReceiver pages;
  private final DestinationTransfer transfer;
  private final DestinationReceipt receipt;

  private Reception(
      Message.Guest offer,
      Listener listener,
      ArrivingGuest guest,
      PageLedger ledger,
      Manifest manifest,
      PageReceiver pages,
      DestinationTransfer transfer,
      DestinationReceipt receipt) {
    this.offer = offer;
    this.listener = listener;
    this.guest = guest;
    this.ledger = ledger;
    this.manifest = manifest;
    this.pages = pages;
    this.transfer = transfer;
    this.receipt = receipt;
  }

  /**
   * Gets ready for the first data connections.
   *
   * @param gate lets them in
   */
  static Reception open(
      Message.Guest offer,
      Listener listener,
      ControlConnection control,
      DataGate gate,
      ArrivingGuest guest,
      ReceiveSession session,
      DestinationOptions options,
      DestinationReceipt receipt)
      throws VmmException {
    int connections = offer.dataConnections();
    var manifest = new Manifest(connections);
    var ledger = new PageLedger(guest.guest().memory().pages(), connections);
    PageReceiver pages =
        PageReceiver.start(
            guest.guest().machine().host(),
            session,
            ledger,
            control,
            gate,
            manifest,
            connections,
            options.timeout());
    var transfer =
        new DestinationTransfer(guest.guest(), session, ledger, manifest, options.timeout());
    return new Reception(offer, listener, guest, ledger, manifest, pages, transfer, receipt);
  }

  /** Takes in what comes; returns when the guest is whole and verified. */
  void run(ControlConnection control)
      throws VmmException, MigrationException, InterruptedException {
    transfer.run(control);
  }

  /**
   * Nothing more comes on the connections that there are; what is whole is placed.
   *
   * @throws MigrationException if something failed that no new link mends
   */
  Progress halt() throws MigrationException {
    return pages.halt();
  }

  /** Goes on with a new control connection, and new data connections beside it. */
  void relink(ControlConnection control) throws MigrationException {
    pages.halt();
    pages.relink(control, listener.expect(control, offer.move(), offer.dataConnections()));
  }

  /** The root of the manifest of all that has come. */
  byte[] manifest() {
    return manifest.root();
  }

  /** The guest runs: has the platform sign what happened. */
  Receipt sign(Message.Commit times) throws VmmException {
    return receipt.sign(guest.guest(), times, transfer.shared(), manifest.root(), ledger);
  }

  /** Ends the data connections. */
  @Override
  public void close() {
    pages.close();
  }
}
