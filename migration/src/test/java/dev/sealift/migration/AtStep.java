package dev.sealift.migration;

import dev.sealift.migration.handover.SourceStep;

/** Does something when the source of a move has come to a step. */
record AtStep(SourceStep when, Runnable act) implements MoveListener {
  @Override
  public void step(SourceStep step) {
    if (step == when) {
      act.run();
    }
  }
}
