package dev.sealift.cli.control;

import dev.sealift.cli.view.MoveView;
import dev.sealift.cli.view.RuleView;
import java.util.List;

/**
 * What came of a dry run.
 *
 * @param holds whether nothing stands in the way of the move
 * @param checks what was looked at, in that order; the first that does not hold ended it, but for
 *     the rules of a host's policy, which are all tried
 * @param move the move that it was
 */
public record Rehearsal(boolean holds, List<RuleView> checks, MoveView move) {
  public Rehearsal {
    checks = List.copyOf(checks);
  }
}
