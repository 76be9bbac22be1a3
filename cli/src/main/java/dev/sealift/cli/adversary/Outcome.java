package dev.sealift.cli.adversary;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.migration.wire.FailureCode;

/**
 * What was observed of an attack.
 *
 * @param verdict how far it got
 * @param code the failure code of the move or the firmware's status; empty where nothing failed
 * @param observed what happened, in a sentence without a full stop
 */
public record Outcome(Verdict verdict, String code, String observed) {

  /** Nothing came of it. */
  public static Outcome held(String observed) {
    return new Outcome(Verdict.HELD, "", observed);
  }

  /** A host noticed. */
  public static Outcome detected(FailureCode code, String reason) {
    return new Outcome(Verdict.DETECTED, code.name(), reason);
  }

  /** The firmware noticed. */
  public static Outcome detected(FirmwareStatus status, String observed) {
    return new Outcome(Verdict.DETECTED, status.name(), observed);
  }

  /** The attacker got what it wanted. */
  public static Outcome notPrevented(String observed) {
    return new Outcome(Verdict.NOT_PREVENTED, "", observed);
  }
}
