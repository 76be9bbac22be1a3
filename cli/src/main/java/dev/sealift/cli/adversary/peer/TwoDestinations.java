package dev.sealift.cli.adversary.peer;

import dev.sealift.cli.adversary.Attack;
import dev.sealift.cli.adversary.Attacker;
import dev.sealift.cli.adversary.Card;
import dev.sealift.cli.adversary.Outcome;
import dev.sealift.cli.adversary.Verdict;
import dev.sealift.cli.adversary.lab.BareMove;
import dev.sealift.cli.adversary.lab.HostileSource;
import dev.sealift.cli.adversary.lab.Lab;
import dev.sealift.cli.adversary.lab.LabHost;
import dev.sealift.cli.adversary.lab.Passage;
import dev.sealift.cli.adversary.lab.Witness;

/** One guest that is sent to two hosts. */
public final class TwoDestinations implements Attack {
  private static final Card CARD =
      new Card(
          "two-destinations",
          Attacker.PEER,
          "as the source, sends the guest to two destinations one after the other, with SEND_CANCEL"
              + " between them, and says COMMIT to both",
          Verdict.NOT_PREVENTED,
          Verdict.NOT_PREVENTED,
          "SEND_CANCEL makes a guest whole again, whatever its source has told others; no receipt"
              + " shows the other one. Send guests from hosts that are trusted not to");

  @Override
  public Card card() {
    return CARD;
  }

  @Override
  public Outcome againstSev(Lab lab) throws Exception {
    try (Witness guest = lab.launch();
        BareMove first = BareMove.begin(lab, guest)) {
      first.passAll();
      Witness one = first.runAtDestination();
      first.cancel();
      guest.guest().resume();
      try (BareMove second = BareMove.begin(lab, guest)) {
        second.passAll();
        return two(one, second.runAtDestination());
      }
    }
  }

  @Override
  public Outcome againstSealift(Lab lab) throws Exception {
    try (Witness guest = lab.launch();
        LabHost other = lab.another(Lab.API);
        Passage here = Passage.open(lab);
        Passage there = Passage.to(lab, other)) {
      give(lab, guest, here, lab.destination());
      guest.guest().resume();
      give(lab, guest, there, other);
      try (Witness one = here.arrived();
          Witness two = there.arrived()) {
        return two(one, two);
      }
    }
  }

  private static void give(Lab lab, Witness guest, Passage passage, LabHost to) throws Exception {
    try (HostileSource source = HostileSource.connect(lab, passage)) {
      source.moveWithoutFinish(guest, to);
      source.session().cancel();
    }
  }

  private static Outcome two(Witness one, Witness other) throws Exception {
    return one.answers() && other.answers()
        ? Outcome.notPrevented("the guest runs at two destinations")
        : Outcome.held("the guest runs at one destination");
  }
}
