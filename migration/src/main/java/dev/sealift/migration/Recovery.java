package dev.sealift.migration;

import dev.sealift.migration.handover.SourceStep;
import dev.sealift.migration.wire.MoveId;
import org.jspecify.annotations.Nullable;

/**
 * What a source that was restarted made of a move that it found in its journal.
 *
 * @param move the move
 * @param found the last step in the journal
 * @param step the step now; unless it {@linkplain SourceStep#isLast is the last}, the destination
 *     has not answered yet, and is to be asked again later
 * @param obstacle why it is not the last, in a sentence; null if it is
 */
public record Recovery(MoveId move, SourceStep found, SourceStep step, @Nullable String obstacle) {

  /** One sentence for people. */
  public String words() {
    return switch (step) {
      case STAYED -> "the move %s is off, and the guest goes on here".formatted(move);
      case WITHDRAWN ->
          "the guest goes on here; the destination of move %s is still to be told (%s)"
              .formatted(move, obstacle);
      case HANDED_OVER -> "the guest of move %s runs at its destination".formatted(move);
      case FINISHED, COMMITTED ->
          "only the destination may run the guest of move %s, and has not said that it does (%s)"
              .formatted(move, obstacle);
      case NEGOTIATING, SENDING, PAUSED, PREPARING, FINISHING ->
          "the guest of move %s is no longer on this machine, and was not handed over"
              .formatted(move);
    };
  }
}
