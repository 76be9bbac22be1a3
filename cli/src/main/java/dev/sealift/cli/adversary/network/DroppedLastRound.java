package dev.sealift.cli.adversary.network;

import dev.sealift.cli.adversary.Attack;
import dev.sealift.cli.adversary.Attacker;
import dev.sealift.cli.adversary.Card;
import dev.sealift.cli.adversary.Outcome;
import dev.sealift.cli.adversary.Verdict;
import dev.sealift.cli.adversary.lab.BareMove;
import dev.sealift.cli.adversary.lab.Lab;
import dev.sealift.cli.adversary.lab.Passage;
import dev.sealift.cli.adversary.lab.TamperedMove;
import dev.sealift.cli.adversary.lab.Witness;
import java.util.List;

/** The last round, which holds what the guest wrote last, does not arrive. */
public final class DroppedLastRound implements Attack {
  private static final Card CARD =
      new Card(
          "drop-last-round",
          Attacker.NETWORK,
          "keeps everything of the last round back",
          Verdict.NOT_PREVENTED,
          Verdict.DETECTED);

  @Override
  public Card card() {
    return CARD;
  }

  @Override
  public Outcome againstSev(Lab lab) throws Exception {
    try (Witness guest = lab.launch();
        BareMove move = BareMove.begin(lab, guest)) {
      move.passAll();
      guest.write(Witness.PAGE, 2);
      move.seal(Witness.PAGE);
      return move.finishAndLook();
    }
  }

  @Override
  public Outcome againstSealift(Lab lab) throws Exception {
    return TamperedMove.run(
        lab,
        (connection, number, batch) -> number > Passage.BATCHES ? List.of() : List.of(batch),
        Passage.SHORT_TIMEOUT);
  }
}
