package dev.sealift.migration;

import dev.sealift.migration.handover.HandOverJournal;
import dev.sealift.migration.handover.HandOverStep;
import dev.sealift.migration.handover.JournalEntry;
import dev.sealift.migration.wire.MoveId;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A journal that a test can look into, and break. */
final class MemoryJournal implements HandOverJournal {
  private final List<JournalEntry> entries = new ArrayList<>();
  private @Nullable HandOverStep broken;
  private volatile @Nullable HandOverStep slow;
  private volatile Duration delay = Duration.ZERO;
  private volatile boolean slowed;

  /** The disk is full when this step comes. */
  synchronized void breakAt(HandOverStep step) {
    broken = step;
  }

  /** The disk takes its time for this step. */
  void slowDownAt(@Nullable HandOverStep step, Duration time) {
    delay = time;
    slow = step;
  }

  /** Whether that step came. */
  boolean wasSlow() {
    return slowed;
  }

  synchronized List<HandOverStep> steps() {
    return entries.stream().map(JournalEntry::step).toList();
  }

  @Override
  public void record(HandOverStep step, MoveId move, Map<JournalEntry.Detail, String> details)
      throws IOException {
    if (step == slow) {
      pause();
    }
    add(step, move, details);
  }

  private synchronized void add(
      HandOverStep step, MoveId move, Map<JournalEntry.Detail, String> details) throws IOException {
    if (step == broken) {
      throw new IOException("no space left on device");
    }
    entries.add(new JournalEntry(Instant.now(), move, step, details));
  }

  @Override
  public synchronized List<JournalEntry> moves() {
    Map<String, JournalEntry> last = new LinkedHashMap<>();
    for (JournalEntry entry : entries) {
      Map<JournalEntry.Detail, String> details = new HashMap<>();
      JournalEntry before = last.get(entry.move() + " " + entry.step().side());
      if (before != null) {
        details.putAll(before.details());
      }
      details.putAll(entry.details());
      last.put(
          entry.move() + " " + entry.step().side(),
          new JournalEntry(entry.time(), entry.move(), entry.step(), details));
    }
    return List.copyOf(last.values());
  }

  private void pause() {
    slowed = true;
    long until = System.nanoTime() + delay.toNanos();
    while (until - System.nanoTime() > 0) {
      LockSupport.parkNanos(until - System.nanoTime());
    }
  }
}
