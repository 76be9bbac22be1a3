package dev.sealift.migration;

import dev.sealift.migration.wire.MoveId;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A journal that a test can look into, and break. */
final class MemoryJournal implements HandOverJournal {
  private final List<HandOverStep> steps = new CopyOnWriteArrayList<>();
  private volatile @Nullable HandOverStep broken;

  /** The disk is full when this step comes. */
  void breakAt(HandOverStep step) {
    broken = step;
  }

  List<HandOverStep> steps() {
    return List.copyOf(steps);
  }

  @Override
  public void record(HandOverStep step, MoveId move) throws IOException {
    if (step == broken) {
      throw new IOException("no space left on device");
    }
    steps.add(step);
  }
}
