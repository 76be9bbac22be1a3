package dev.sealift.migration;

import dev.sealift.crypto.launch.AttestationReport;
import dev.sealift.migration.receipt.MalformedReceiptException;
import dev.sealift.migration.receipt.Receipt;
import dev.sealift.migration.receipt.Signer;
import dev.sealift.migration.receipt.Statement;
import dev.sealift.migration.trust.PlatformCredentials;
import dev.sealift.migration.wire.ControlConnection;
import dev.sealift.migration.wire.FailureCode;
import dev.sealift.migration.wire.Message;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.migration.wire.MoveId;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.VmmException;
import java.time.Instant;

/**
 * The source's part in a receipt: it compares the destination's statement with what it knows
 * itself, and has its platform sign it.
 */
final class SourceReceipt {
  private final Guest guest;
  private final MoveId move;
  private final PlatformCredentials own;
  private final PlatformCredentials destination;
  private final boolean emulated;
  private final boolean destinationEmulated;
  private final Moments moments = Moments.begin();
  private final Instant began = moments.now();
  private Instant paused = began;
  private Instant finished = began;
  private boolean isFinished;

  SourceReceipt(
      Guest guest,
      MoveId move,
      PlatformCredentials own,
      PlatformCredentials destination,
      boolean emulated,
      boolean destinationEmulated) {
    this.guest = guest;
    this.move = move;
    this.own = own;
    this.destination = destination;
    this.emulated = emulated;
    this.destinationEmulated = destinationEmulated;
  }

  /** The guest is about to stand still. */
  void paused() {
    paused = moments.now();
  }

  /** SEND_FINISH is done; the message that says so, the same however often it is said. */
  Message.Commit finished() {
    if (!isFinished) {
      finished = moments.now();
      isFinished = true;
    }
    return new Message.Commit(began.toEpochMilli(), paused.toEpochMilli(), finished.toEpochMilli());
  }

  /**
   * Receives the destination's statement and signature, and gives this platform's.
   *
   * @param manifest the root of this side's manifest
   * @throws MigrationException if the statement is not what this host knows, or does not come
   */
  Receipt exchange(ControlConnection control, byte[] manifest, MoveLog log)
      throws MigrationException, VmmException, InterruptedException {
    Message.Statement said = control.expect(Message.Statement.class);
    Statement statement;
    try {
      statement = Statement.decode(said.statement());
    } catch (MalformedReceiptException malformed) {
      throw new MigrationException(
          FailureCode.MALFORMED, "STATEMENT: " + malformed.getMessage(), malformed);
    }
    MoveReport report = log.report();
    Statement known =
        new Statement(
            move,
            guest.configuration().policy(),
            emulated,
            destinationEmulated,
            guest.configuration().encode(),
            own,
            destination,
            manifest,
            report.rounds().size(),
            guest.memory().pages(),
            guest.pageStatus().shared().count(),
            report.privatePackets(),
            new Statement.Times(began, paused, finished, statement.times().running()));
    if (!statement.equals(known)) {
      throw new MigrationException(
          FailureCode.MALFORMED, "STATEMENT: the destination describes another move than this one");
    }
    AttestationReport signature = Receipts.sign(guest, Signer.SOURCE, statement);
    control.send(new Message.Endorsement(signature.bytes()));
    return new Receipt(statement, Receipts.read(said.report()), signature);
  }
}
