package dev.sealift.cli.adversary.peer;

import dev.sealift.cli.adversary.Attack;
import dev.sealift.cli.adversary.Attacker;
import dev.sealift.cli.adversary.Card;
import dev.sealift.cli.adversary.Outcome;
import dev.sealift.cli.adversary.Verdict;
import dev.sealift.cli.adversary.lab.BareMove;
import dev.sealift.cli.adversary.lab.HostileSource;
import dev.sealift.cli.adversary.lab.Lab;
import dev.sealift.cli.adversary.lab.Passage;
import dev.sealift.cli.adversary.lab.Witness;

/** A source that gives the guest away and keeps it. */
public final class KeptGuest implements Attack {
  private static final Card CARD =
      new Card(
          "commit-without-finish",
          Attacker.PEER,
          "as the source, says COMMIT without SEND_FINISH, then SEND_CANCEL, and runs the guest on",
          Verdict.NOT_PREVENTED,
          Verdict.NOT_PREVENTED,
          "no command tells a destination that the source's SEND_FINISH was done, and an attestation"
              + " report does not name the guest's state; send guests from hosts that are trusted"
              + " not to. An owner who attests both sees it: only the original has a launch digest");

  @Override
  public Card card() {
    return CARD;
  }

  @Override
  public Outcome againstSev(Lab lab) throws Exception {
    try (Witness guest = lab.launch();
        BareMove move = BareMove.begin(lab, guest)) {
      move.passAll();
      Witness arrived = move.runAtDestination();
      move.cancel();
      return two(guest, arrived);
    }
  }

  @Override
  public Outcome againstSealift(Lab lab) throws Exception {
    try (Witness guest = lab.launch();
        Passage passage = Passage.open(lab);
        HostileSource source = HostileSource.connect(lab, passage)) {
      source.moveWithoutFinish(guest);
      source.session().cancel();
      try (Witness arrived = passage.arrived()) {
        return two(guest, arrived);
      }
    }
  }

  private static Outcome two(Witness original, Witness arrived) throws Exception {
    original.guest().resume();
    return original.answers() && arrived.answers()
        ? Outcome.notPrevented("the guest runs at both hosts")
        : Outcome.held("the guest runs at one host");
  }
}
