package dev.sealift.migration;

import dev.sealift.migration.access.PeerIdentity;
import dev.sealift.migration.handover.DestinationStep;
import dev.sealift.migration.receipt.Receipt;
import dev.sealift.migration.trust.PlatformCredentials;
import dev.sealift.migration.trust.Verdict;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.migration.wire.MoveId;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.GuestConfiguration;

/** Hears what comes to a destination, on its threads. */
public interface ArrivalListener {

  /** A guest arrived and runs; from now on it belongs to the listener. */
  void arrived(MoveId move, Guest guest);

  /** A source that may do so offers a guest; nothing is made of it yet. */
  default void coming(MoveId move, GuestConfiguration guest, PeerIdentity source) {}

  /** A source was held against this host's policy. */
  default void judged(MoveId move, Verdict verdict) {}

  /** The same, for who also wants to know what the source showed. */
  default void judged(MoveId move, PlatformCredentials source, Verdict verdict) {
    judged(move, verdict);
  }

  /** A guest that was coming does not come, and nothing of it is left here. */
  default void gone(MoveId move, MigrationException reason) {}

  /** A guest has arrived, and this proves how; not all moves have one. */
  default void receipt(MoveId move, Receipt receipt) {}

  /** The hand-over took a step. */
  default void step(MoveId move, DestinationStep step) {}

  /**
   * This host was restarted, and took up a move that it found in its journal.
   *
   * @param found the last step in the journal
   * @param step the step now
   */
  default void recovered(MoveId move, DestinationStep found, DestinationStep step) {}

  /** A source came, and no guest did: nothing of it is left here. */
  default void refused(MigrationException reason) {}

  /** A guest was committed to this host, but could not be run. */
  default void lost(MoveId move, MigrationException reason) {}

  /** Something went wrong that does not change how the move ends. */
  default void warning(String sentence) {}
}
