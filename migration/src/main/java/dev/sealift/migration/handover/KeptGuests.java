package dev.sealift.migration.handover;

import dev.sealift.migration.handover.JournalEntry.Detail;
import dev.sealift.migration.wire.MoveId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whose the guests are that a restarted host finds: by what its journal says of them, and by
 * nothing else.
 *
 * <p>A guest that comes here is kept under the name of its move until it has another one.
 */
public final class KeptGuests {

  /** Whose a guest is. */
  public enum Whose {
    /** It is at home here: nothing is under way. */
    RESIDENT,
    /** It was leaving: the source's part is to be taken up. */
    LEAVING,
    /** It was coming: the destination takes it up when it begins to listen. */
    COMING,
    /** Its move is over, and it is no longer this host's: what is left of it is to be freed. */
    LEFT_OVER
  }

  /**
   * A guest that a host found, or the lack of one.
   *
   * @param name the name under which it is kept; null for a move whose guest is not here any more
   * @param entry the last step of the move that decides; null where none does
   */
  public record Found(@Nullable String name, Whose whose, @Nullable JournalEntry entry) {}

  private KeptGuests() {}

  /** The name under which a guest is kept that comes with a move. */
  public static String nameOf(MoveId move) {
    return move.toString();
  }

  /**
   * Whose the guests are.
   *
   * @param names under which the host keeps guests
   * @return one for each name, and one for each move away that is not over and has no guest here:
   *     its guest is gone, or is in another move by now
   */
  public static List<Found> sort(List<String> names, HandOverJournal journal) {
    List<JournalEntry> moves = journal.moves();
    List<Found> found = new ArrayList<>();
    for (String name : names) {
      found.add(one(name, moves));
    }
    for (JournalEntry entry : moves) {
      boolean decided = found.stream().anyMatch(one -> entry.equals(one.entry()));
      if (entry.step().side() == Side.SOURCE && !entry.step().isLast() && !decided) {
        found.add(new Found(null, Whose.LEAVING, entry));
      }
    }
    return found;
  }

  private static Found one(String name, List<JournalEntry> moves) {
    Optional<JournalEntry> away = last(name, moves);
    if (away.isPresent()) {
      JournalEntry entry = away.get();
      if (!entry.step().isLast()) {
        return new Found(name, Whose.LEAVING, entry);
      }
      return new Found(
          name, entry.step() == SourceStep.HANDED_OVER ? Whose.LEFT_OVER : Whose.RESIDENT, entry);
    }
    for (JournalEntry entry : moves) {
      if (entry.step().side() == Side.DESTINATION && nameOf(entry.move()).equals(name)) {
        if (!entry.step().isLast()) {
          return new Found(name, Whose.COMING, entry);
        }
        return new Found(
            name,
            entry.step() == DestinationStep.RUNNING ? Whose.RESIDENT : Whose.LEFT_OVER,
            entry);
      }
    }
    return new Found(name, Whose.RESIDENT, null);
  }

  /** The last move away of a guest. */
  private static Optional<JournalEntry> last(String name, List<JournalEntry> moves) {
    return moves.stream()
        .filter(entry -> entry.step().side() == Side.SOURCE)
        .filter(entry -> name.equals(entry.details().get(Detail.GUEST)))
        .reduce((before, later) -> later);
  }
}
