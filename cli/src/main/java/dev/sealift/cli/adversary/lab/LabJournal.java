package dev.sealift.cli.adversary.lab;

import dev.sealift.migration.handover.HandOverJournal;
import dev.sealift.migration.handover.HandOverStep;
import dev.sealift.migration.handover.JournalEntry;
import dev.sealift.migration.wire.MoveId;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A journal for as long as the lab is open: nobody of it crashes. */
final class LabJournal implements HandOverJournal {
  private final Map<String, JournalEntry> last = new LinkedHashMap<>();

  @Override
  public synchronized void record(
      HandOverStep step, MoveId move, Map<JournalEntry.Detail, String> details) {
    last.put(move + " " + step.side(), new JournalEntry(Instant.now(), move, step, details));
  }

  @Override
  public synchronized List<JournalEntry> moves() {
    return List.copyOf(last.values());
  }
}
