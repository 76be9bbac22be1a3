package dev.sealift.migration;

import dev.sealift.migration.handover.DestinationHandOver;
import dev.sealift.migration.handover.DestinationStep;
import dev.sealift.migration.handover.JournalEntry;
import dev.sealift.migration.handover.JournalEntry.Detail;
import dev.sealift.migration.wire.FailureCode;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.migration.wire.Place;
import java.io.IOException;
import java.util.Map;

/**
 * What is left to do for a guest that a restarted host finds in its journal and nowhere else: its
 * machine was lost with it.
 *
 * @param entry the last step that was written down
 */
record AbsentGuest(JournalEntry entry, ArrivalListener arrivals)
    implements DestinationHandOver.Hands {

  @Override
  public boolean owns() {
    return false;
  }

  @Override
  public boolean runGuest() {
    return false;
  }

  @Override
  public void tearDown() {
    // There is nothing.
  }

  @Override
  public void sayPrepared() {
    // Nobody listens.
  }

  @Override
  public void sayRunning() {
    // Nobody listens.
  }

  @Override
  public void sayAbort() {
    // Nobody listens.
  }

  @Override
  public void sayStanding(Place place) {
    // Nobody listens.
  }

  @Override
  public Map<Detail, String> details() {
    return Map.of();
  }

  @Override
  public void taken(DestinationStep step) {
    arrivals.step(entry.move(), step);
  }

  @Override
  public void unwritten(DestinationStep step, IOException why) {
    arrivals.warning(
        "the step %s of the move %s could not be written to the journal: %s"
            .formatted(step, entry.move(), why.getMessage()));
  }

  /** A guest that was committed to this host is gone. */
  void tellLost() {
    arrivals.lost(
        entry.move(),
        new MigrationException(
            FailureCode.HOST_FAILED,
            "the guest was committed to this host, and the machine that had it is gone"));
  }
}
