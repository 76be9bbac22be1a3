package dev.sealift.migration.handover;

import dev.sealift.migration.wire.MoveId;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One side's hand-over as it happens: asks the rules what is to be done, writes each step down
 * before anybody acts on it, and has the rest done.
 *
 * @param <S> its steps
 * @param <E> what happens to it
 * @param <D> what it does
 */
abstract class HandOver<S extends HandOverStep, E, D> {
  private final HandOverJournal journal;
  private final MoveId move;
  private volatile S step;

  HandOver(HandOverJournal journal, MoveId move, S step) {
    this.journal = journal;
    this.move = move;
    this.step = step;
  }

  /** The step that counts. */
  public S step() {
    return step;
  }

  /** Whose hand-over it is. */
  public MoveId move() {
    return move;
  }

  /** Something happened; returns when all that follows from it is done. */
  public void hear(E event) {
    perform(on(step, event));
  }

  /** Does deeds in their order; one that has a result of its own is followed by what that asks. */
  void perform(List<D> deeds) {
    for (D deed : deeds) {
      Optional<E> result = perform(deed);
      if (result.isPresent()) {
        hear(result.get());
        return;
      }
    }
  }

  abstract List<D> on(S current, E event);

  /** Does a deed; what that leads to instead of the deeds after it, if anything. */
  abstract Optional<E> perform(D deed);

  /** The step was taken, whether it is written down or not. */
  abstract void taken(S next);

  /** A step could not be written down. */
  abstract E unwritten(S next, IOException why);

  /** What to remember beside a step. */
  abstract Map<JournalEntry.Detail, String> details();

  final Optional<E> write(S next) {
    step = next;
    var event = new HandOverStepEvent();
    event.move = move.toString();
    event.side = next.side().word();
    event.step = next.name();
    event.begin();
    try {
      journal.record(next, move, details());
      event.written = true;
    } catch (IOException why) {
      return Optional.of(unwritten(next, why));
    } finally {
      event.commit();
    }
    taken(next);
    return Optional.empty();
  }
}
