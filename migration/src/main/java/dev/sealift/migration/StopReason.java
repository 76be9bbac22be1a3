package dev.sealift.migration;

/** Why the rounds with a running guest came to an end. */
public enum StopReason {
  /** What was left fitted the downtime target. */
  CONVERGED,
  /** The limit on rounds was reached. */
  ROUND_LIMIT,
  /** Three rounds in a row left no less to send. */
  NO_PROGRESS
}
