package dev.sealift.migration;

import dev.sealift.migration.receipt.Receipt;
import dev.sealift.migration.receipt.Signer;
import dev.sealift.migration.receipt.Statement;
import dev.sealift.migration.trust.PlatformCredentials;
import dev.sealift.migration.wire.ControlConnection;
import dev.sealift.migration.wire.Message;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.PageSet;
import dev.sealift.vmm.VmmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * The destination's part in a receipt: it states what the move was, has its platform sign that, and
 * asks for the source's signature.
 *
 * @param offer the guest as it was offered
 * @param source what the source's platform showed
 * @param own what this platform showed
 * @param sourceEmulated whether the source's Secure Processor is software
 * @param emulated whether this one is
 */
record DestinationReceipt(
    Message.Guest offer,
    PlatformCredentials source,
    PlatformCredentials own,
    boolean sourceEmulated,
    boolean emulated) {

  /**
   * The guest runs: has the platform sign what happened.
   *
   * @param times the source's
   */
  Receipt sign(
      Guest guest, Message.Commit times, PageSet shared, byte[] manifest, PageLedger ledger)
      throws VmmException {
    var statement =
        new Statement(
            offer.move(),
            offer.policy(),
            sourceEmulated,
            emulated,
            offer.configuration(),
            source,
            own,
            manifest,
            ledger.rounds(),
            guest.memory().pages(),
            shared.count(),
            ledger.privatePackets(),
            new Statement.Times(
                Instant.ofEpochMilli(times.began()),
                Instant.ofEpochMilli(times.paused()),
                Instant.ofEpochMilli(times.finished()),
                Instant.now().truncatedTo(ChronoUnit.MILLIS)));
    return new Receipt(statement, Receipts.sign(guest, Signer.DESTINATION, statement), null);
  }

  /** The receipt with the source's signature, too. */
  static Receipt endorsed(Receipt signed, ControlConnection control)
      throws MigrationException, InterruptedException {
    control.send(
        new Message.Statement(signed.statement().encode(), signed.destinationReport().bytes()));
    return signed.endorsed(Receipts.read(control.expect(Message.Endorsement.class).report()));
  }
}
