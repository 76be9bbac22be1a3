package dev.sealift.migration.handover;

import dev.sealift.migration.wire.MoveId;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a host remembers of its hand-overs across a crash. Thread-safe. */
public interface HandOverJournal {

  /**
   * Writes a step down; a {@linkplain HandOverStep#isDurable durable} one is on the disk when this
   * returns.
   *
   * @param details what else a restarted host must know; what earlier steps of the move said stays
   *     known
   * @throws IOException if it is not on the disk; whether it will be there after a crash is not
   *     known
   */
  void record(HandOverStep step, MoveId move, Map<JournalEntry.Detail, String> details)
      throws IOException;

  /**
   * The last step of each move on each side that this host was, oldest move first, with all details
   * of its steps. Moves that are over may be forgotten some time.
   */
  List<JournalEntry> moves();

  /** The last step of a move on a side, with all details of its steps. */
  default Optional<JournalEntry> find(MoveId move, Side side) {
    return moves().stream()
        .filter(entry -> entry.move().equals(move) && entry.step().side() == side)
        .findFirst();
  }
}
