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

/** A source that says COMMIT before the guest is whole. */
public final class UnpreparedCommit implements Attack {
  private static final Card CARD =
      new Card(
          "unprepared-commit",
          Attacker.PEER,
          "as the source, says COMMIT when only half of the guest has been sent",
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
      move.giveAll(firstHalf(move.sealAll()));
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
            source.send(firstHalf(source.sealAll()));
            source.endRound();
            source.commit();
          });
    }
  }

  private static List<Packet> firstHalf(List<Packet> all) {
    return all.subList(0, (int) Witness.PAGE);
  }
}
