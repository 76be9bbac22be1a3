package dev.sealift.cli.adversary.peer;

import dev.sealift.cli.adversary.Attack;
import dev.sealift.cli.adversary.Attacker;
import dev.sealift.cli.adversary.Card;
import dev.sealift.cli.adversary.Outcome;
import dev.sealift.cli.adversary.Verdict;
import dev.sealift.cli.adversary.lab.BareMove;
import dev.sealift.cli.adversary.lab.Lab;
import dev.sealift.cli.adversary.lab.Passage;
import dev.sealift.cli.adversary.lab.Witness;

/** A true platform that belongs to somebody else. */
public final class OtherOwner implements Attack {
  private static final Card CARD =
      new Card(
          "other-owner",
          Attacker.PEER,
          "as the destination, has a true platform of another owner than the source's host allows",
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
      Outcome arrived = move.finishAndLook();
      return arrived.verdict() == Verdict.HELD
          ? Outcome.notPrevented(
              "the guest arrived: only its own policy, with DOMAIN, asks for an owner")
          : arrived;
    }
  }

  @Override
  public Outcome againstSealift(Lab lab) throws Exception {
    try (Witness guest = lab.launch();
        Passage passage = Passage.open(lab)) {
      return passage.judge(guest, passage.move(guest, lab.source().policy().withSameOwner()));
    }
  }
}
