package dev.sealift.migration;

import dev.sealift.migration.wire.FailureCode;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.migration.wire.MoveId;
import java.io.IOException;
import java.util.function.Consumer;

/**
 * One side's way through the hand-over: takes only legal steps, and writes each down before anybody
 * acts on it.
 */
final class HandOver<S extends HandOverStep> {
  private final HandOverJournal journal;
  private final MoveId move;
  private final Consumer<S> listener;
  private volatile S current;

  /** Begins with a first step. */
  HandOver(HandOverJournal journal, MoveId move, S first, Consumer<S> listener)
      throws MigrationException {
    this.journal = journal;
    this.move = move;
    this.listener = listener;
    this.current = first;
    writeDown(first);
  }

  S current() {
    return current;
  }

  MoveId move() {
    return move;
  }

  /**
   * Takes a step.
   *
   * @throws MigrationException JOURNAL_FAILED if it could not be written down; the step is taken
   *     all the same, for what it names has happened
   */
  void advance(S step) throws MigrationException {
    if (!current.next().contains(step)) {
      throw new IllegalStateException(current + " is not followed by " + step);
    }
    current = step;
    writeDown(step);
  }

  private void writeDown(S step) throws MigrationException {
    try {
      journal.record(step, move);
    } catch (IOException e) {
      throw new MigrationException(
          FailureCode.JOURNAL_FAILED,
          "the step %s could not be written to the journal: %s"
              .formatted(step.name(), e.getMessage()),
          e);
    }
    listener.accept(step);
  }
}
