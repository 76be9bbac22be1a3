package dev.sealift.cli.adversary.peer;

import dev.sealift.cli.adversary.Attack;
import dev.sealift.cli.adversary.Attacker;
import dev.sealift.cli.adversary.Card;
import dev.sealift.cli.adversary.Outcome;
import dev.sealift.cli.adversary.Verdict;
import dev.sealift.cli.adversary.lab.Answers;
import dev.sealift.cli.adversary.lab.BareMove;
import dev.sealift.cli.adversary.lab.Lab;
import dev.sealift.cli.adversary.lab.Packet;
import dev.sealift.cli.adversary.lab.Witness;
import java.util.List;

/** A source that leaves a page out altogether. */
public final class MissingPage implements Attack {
  private static final Card CARD =
      new Card(
          "missing-page",
          Attacker.PEER,
          "as the source, never sends one of the pages",
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
      move.giveAll(without(move.sealAll()));
      return move.finishAndLook();
    }
  }

  @Override
  public Outcome againstSealift(Lab lab) throws Exception {
    try (Witness guest = lab.launch()) {
      return Answers.to(
          lab,
          source -> {
            source.begin(guest);
            source.send(without(source.sealAll()));
            source.endRound();
            source.sendState(guest, List.of());
            source.prepare();
          });
    }
  }

  private static List<Packet> without(List<Packet> all) {
    return all.stream().filter(packet -> packet.gfn() != Witness.PAGE).toList();
  }
}
