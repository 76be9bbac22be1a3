package dev.sealift.migration;

import dev.sealift.crypto.launch.AttestationReport;
import dev.sealift.crypto.launch.MalformedLaunchException;
import dev.sealift.migration.receipt.Signer;
import dev.sealift.migration.receipt.Statement;
import dev.sealift.migration.wire.FailureCode;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.VmmException;

/** The signatures of receipts, as they are made and as they come in. */
final class Receipts {

  private Receipts() {}

  /** Has this host's platform sign a statement, by a report about the guest. */
  static AttestationReport sign(Guest guest, Signer signer, Statement statement)
      throws VmmException {
    byte[] report = guest.sev().attestationReport(signer.nonce(statement.encode()));
    try {
      return AttestationReport.parse(report);
    } catch (MalformedLaunchException impossible) {
      throw new IllegalStateException("the kernel's report has 208 bytes", impossible);
    }
  }

  /** The peer's signature; what it is worth, the receipt's reader decides. */
  static AttestationReport read(byte[] report) throws MigrationException {
    try {
      return AttestationReport.parse(report);
    } catch (MalformedLaunchException malformed) {
      throw new MigrationException(
          FailureCode.MALFORMED, String.valueOf(malformed.getMessage()), malformed);
    }
  }
}
