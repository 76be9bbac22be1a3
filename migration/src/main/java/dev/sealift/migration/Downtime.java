package dev.sealift.migration;

import java.time.Duration;

/**
 * How long the guest ran nowhere, and what that time went into. The parts follow each other without
 * a gap: their sum is the downtime, as the source's clock saw it.
 *
 * @param pause until the vCPU stood still
 * @param lastRound until the destination had the last pages
 * @param state until page status and vCPU state were sent
 * @param prepare until the destination said PREPARED
 * @param finish until SEND_FINISH was done and written down
 * @param commit until the destination said RUNNING
 */
public record Downtime(
    Duration pause,
    Duration lastRound,
    Duration state,
    Duration prepare,
    Duration finish,
    Duration commit) {

  /** All of it. */
  public Duration total() {
    return pause.plus(lastRound).plus(state).plus(prepare).plus(finish).plus(commit);
  }
}
