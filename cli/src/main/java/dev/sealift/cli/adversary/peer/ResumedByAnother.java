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
import java.util.List;

/** A host that takes up a move which another one has begun. */
public final class ResumedByAnother implements Attack {
  private static final Card CARD =
      new Card(
          "resume-others-move",
          Attacker.PEER,
          "as another source that the destination allows, takes up a move that is under way",
          Verdict.HELD,
          Verdict.DETECTED);

  @Override
  public Card card() {
    return CARD;
  }

  @Override
  public Outcome againstSev(Lab lab) {
    return Outcome.held("SEV's sessions have no names: whoever has the descriptor has the session");
  }

  @Override
  public Outcome againstSealift(Lab lab) throws Exception {
    try (Witness guest = lab.launch();
        Passage passage = Passage.open(lab);
        HostileSource owner = HostileSource.connect(lab, passage);
        HostileSource thief = HostileSource.connect(lab, passage, lab.neighbour())) {
      owner.begin(guest);
      thief.greet();
      try {
        return Outcome.notPrevented(
            "the destination told another host: " + thief.resume(owner.move()));
      } catch (MigrationException refused) {
        if (!refused.fromPeer()) {
          throw refused;
        }
        finish(owner, guest);
        try (Witness arrived = passage.arrived()) {
          Outcome seen = Passage.sees(arrived, guest.written(Witness.PAGE));
          return seen.verdict() == Verdict.HELD
              ? Outcome.detected(refused.code(), refused.sentence())
              : seen;
        }
      }
    }
  }

  /** The one whose move it is goes on undisturbed. */
  private static void finish(HostileSource owner, Witness guest) throws Exception {
    owner.send(owner.sealAll());
    owner.endRound();
    owner.sendState(guest, List.of());
    owner.prepare();
    owner.commit();
  }
}
