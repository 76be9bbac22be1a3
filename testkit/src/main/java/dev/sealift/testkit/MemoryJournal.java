package dev.sealift.testkit;

import dev.sealift.migration.handover.HandOverJournal;
import dev.sealift.migration.handover.HandOverStep;
import dev.sealift.migration.handover.JournalEntry;
import dev.sealift.migration.wire.MoveId;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A journal that a test can look into, and whose disk can be full. Thread-safe. */
public final class MemoryJournal implements HandOverJournal {
  private final List<JournalEntry> entries = new ArrayList<>();
  private @Nullable HandOverStep full;

  MemoryJournal() {}

  /** From here on this step cannot be written down: the disk is full. */
  public synchronized void fullAt(HandOverStep step) {
    full = step;
  }

  /** There is room again. */
  public synchronized void makeRoom() {
    full = null;
  }

  /** All that was written down, in order. */
  public synchronized List<HandOverStep> steps() {
    return entries.stream().map(JournalEntry::step).toList();
  }

  @Override
  public synchronized void record(
      HandOverStep step, MoveId move, Map<JournalEntry.Detail, String> details) throws IOException {
    if (step == full) {
      throw new IOException("no space left on device");
    }
    entries.add(new JournalEntry(Instant.now(), move, step, details));
  }

  @Override
  public synchronized List<JournalEntry> moves() {
    Map<String, JournalEntry> last = new LinkedHashMap<>();
    for (JournalEntry entry : entries) {
      String key = entry.move() + " " + entry.step().side();
      Map<JournalEntry.Detail, String> details = new HashMap<>();
      JournalEntry before = last.get(key);
      if (before != null) {
        details.putAll(before.details());
      }
      details.putAll(entry.details());
      last.put(key, new JournalEntry(entry.time(), entry.move(), entry.step(), details));
    }
    return List.copyOf(last.values());
  }
}
