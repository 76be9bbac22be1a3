package dev.sealift.cli.adversary.peer;

import dev.sealift.cli.adversary.Attack;
import dev.sealift.cli.adversary.Attacker;
import dev.sealift.cli.adversary.Card;
import dev.sealift.cli.adversary.Outcome;
import dev.sealift.cli.adversary.Verdict;
import dev.sealift.cli.adversary.lab.HostileSource;
import dev.sealift.cli.adversary.lab.Lab;
import dev.sealift.cli.adversary.lab.Passage;
import dev.sealift.cli.adversary.lab.Witness;
import dev.sealift.migration.wire.MigrationException;

/** A move under the name of another one that is under way. */
public final class ReusedMoveId implements Attack {
  private static final Card CARD =
      new Card(
          "reuse-move-id",
          Attacker.PEER,
          "as the source, begins a move under the name of one that is under way",
          Verdict.HELD,
          Verdict.DETECTED);

  @Override
  public Card card() {
    return CARD;
  }

  @Override
  public Outcome againstSev(Lab lab) {
    return Outcome.held("SEV's sessions have no names");
  }

  @Override
  public Outcome againstSealift(Lab lab) throws Exception {
    try (Witness guest = lab.launch();
        Witness other = lab.launch();
        Passage passage = Passage.open(lab);
        HostileSource first = HostileSource.connect(lab, passage);
        HostileSource second = HostileSource.connect(lab, passage)) {
      first.begin(guest);
      second.rename(first.move());
      try {
        second.begin(other);
      } catch (MigrationException refused) {
        if (refused.fromPeer()) {
          return Outcome.detected(refused.code(), refused.sentence());
        }
        throw refused;
      }
      return Outcome.notPrevented("two moves of one name are under way");
    }
  }
}
