package dev.sealift.cli.adversary.network;

import dev.sealift.cli.adversary.Attack;
import dev.sealift.cli.adversary.Attacker;
import dev.sealift.cli.adversary.Card;
import dev.sealift.cli.adversary.Outcome;
import dev.sealift.cli.adversary.Verdict;
import dev.sealift.cli.adversary.lab.BareMove;
import dev.sealift.cli.adversary.lab.Lab;
import dev.sealift.cli.adversary.lab.Packet;
import dev.sealift.cli.adversary.lab.Passage;
import dev.sealift.cli.adversary.lab.TamperedMove;
import dev.sealift.cli.adversary.lab.Witness;
import java.util.List;

/** A packet that does not arrive. */
public final class DroppedPacket implements Attack {
  private static final Card CARD =
      new Card(
          "drop-packet",
          Attacker.NETWORK,
          "keeps the packets of some pages back",
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
      for (Packet packet : move.sealAll()) {
        if (packet.gfn() != Witness.PAGE) {
          move.give(packet);
        }
      }
      return move.finishAndLook();
    }
  }

  @Override
  public Outcome againstSealift(Lab lab) throws Exception {
    return TamperedMove.run(
        lab,
        (connection, number, batch) ->
            number == Passage.WITNESS_BATCH ? List.of() : List.of(batch));
  }
}
