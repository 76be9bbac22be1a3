package dev.sealift.migration;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.migration.receipt.Receipt;
import dev.sealift.migration.wire.FailureCode;
import org.jspecify.annotations.Nullable;

/** How a move ended, for the source. */
public sealed interface MoveOutcome {

  /** What was done up to the end. */
  MoveReport report();

  /**
   * The guest runs at the destination.
   *
   * @param downtime how long it ran nowhere
   * @param receipt proves the move to others; null where the destination could not make one
   */
  record Moved(MoveReport report, Downtime downtime, @Nullable Receipt receipt)
      implements MoveOutcome {}

  /**
   * The guest is where it was, and runs if it ran.
   *
   * @param code why
   * @param reason the same in a sentence
   * @param status the firmware's status, of either side, or null where none is the reason
   */
  record StayedAtSource(
      FailureCode code, String reason, @Nullable FirmwareStatus status, MoveReport report)
      implements MoveOutcome {}

  /**
   * The source finished sending, but did not hear that the guest runs: only the destination may run
   * it.
   *
   * @param reason what happened, in a sentence
   */
  record HandedOver(String reason, MoveReport report) implements MoveOutcome {}
}
