package dev.sealift.migration;

import dev.sealift.migration.handover.SourceStep;
import dev.sealift.migration.trust.PlatformCredentials;
import dev.sealift.migration.trust.Verdict;
import dev.sealift.migration.wire.MoveId;

/** Hears how a move goes on, on the mover's threads; must return soon. */
public interface MoveListener {

  /** Hears nothing. */
  MoveListener SILENT = new MoveListener() {};

  /** The move begins, and this is its name in the journals. */
  default void begun(MoveId move) {}

  /** Something that could have ended the move was found to be in order. */
  default void checked(Verdict.Rule check) {}

  /** The destination was held against this host's policy. */
  default void judged(Verdict verdict) {}

  /** The same, for who also wants to know what the destination showed. */
  default void judged(PlatformCredentials destination, Verdict verdict) {
    judged(verdict);
  }

  /** The hand-over took a step. */
  default void step(SourceStep step) {}

  /** A round is over. */
  default void round(RoundReport round) {}

  /** The connection broke while the guest runs here; it is about to be taken up again. */
  default void linkLost(String why) {}

  /** A new connection goes on where the old one broke. */
  default void linkResumed() {}

  /** Something went wrong that does not change how the move ends. */
  default void warning(String sentence) {}
}
