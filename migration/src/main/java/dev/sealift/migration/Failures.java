package dev.sealift.migration;

import dev.sealift.migration.wire.FailureCode;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.vmm.VmmException;

/** Failures of this side, in the words of a move. */
final class Failures {
  private Failures() {}

  /** The host's kernel or firmware refused. */
  static MigrationException of(VmmException refused) {
    return new MigrationException(
        FailureCode.HOST_FAILED, String.valueOf(refused.getMessage()), refused.status(), refused);
  }

  /** This process has no memory left for the move. */
  static MigrationException of(OutOfMemoryError full) {
    return new MigrationException(
        FailureCode.HOST_FAILED,
        "this host process has no memory left for the move (%s); give it more, or move fewer guests at a time"
            .formatted(full.getMessage()),
        full);
  }

  /**
   * Something that nobody thought of, in this program or in a listener: the guest is no worse off.
   */
  static MigrationException of(RuntimeException mistake) {
    return new MigrationException(
        FailureCode.OTHER,
        "the move met a fault of this program (%s); the guest is not harmed, please report it"
            .formatted(mistake),
        mistake);
  }

  /** Somebody interrupted the thread that moves the guest. */
  static MigrationException of(InterruptedException interrupted) {
    return new MigrationException(FailureCode.CANCELLED, "the move was called off", interrupted);
  }
}
