package dev.sealift.cli.adversary.hypervisor;

import dev.sealift.cli.adversary.Attack;
import dev.sealift.cli.adversary.Attacker;
import dev.sealift.cli.adversary.Card;
import dev.sealift.cli.adversary.Outcome;
import dev.sealift.cli.adversary.Verdict;
import dev.sealift.cli.adversary.lab.BareMove;
import dev.sealift.cli.adversary.lab.Lab;
import dev.sealift.cli.adversary.lab.Passage;
import dev.sealift.cli.adversary.lab.Witness;
import dev.sealift.migration.MoveOutcome;
import java.util.concurrent.TimeoutException;

/** A page that the guest shares while it is sent, and its hypervisor forgets it. */
public final class SharedAsPrivate implements Attack {
  private static final Card CARD =
      new Card(
          "shared-as-private",
          Attacker.HYPERVISOR,
          "drops the guest's announcement that it shares a page, and has it sealed as a private one",
          Verdict.NOT_PREVENTED,
          Verdict.NOT_PREVENTED,
          "a host can always destroy what the guest shares with it; no secret is shown: what the"
              + " page holds for all to see comes out as noise");

  @Override
  public Card card() {
    return CARD;
  }

  @Override
  public Outcome againstSev(Lab lab) throws Exception {
    try (Witness guest = lab.launch();
        BareMove move = BareMove.begin(lab, guest)) {
      move.passAll();
      guest.share(Witness.OTHER_PAGE, 7);
      move.give(move.seal(Witness.OTHER_PAGE));
      return look(move.finish());
    }
  }

  @Override
  public Outcome againstSealift(Lab lab) throws Exception {
    try (Witness guest = lab.launch();
        Passage passage = Passage.open(lab)) {
      MoveOutcome outcome =
          passage.move(
              guest,
              () -> {
                guest.share(Witness.OTHER_PAGE, 7);
                guest.guest().pageStatus().setPrivate(Witness.OTHER_PAGE, 1);
              });
      if (!(outcome instanceof MoveOutcome.Moved)) {
        return Passage.stayed(guest, outcome);
      }
      try (Witness arrived = passage.arrived()) {
        return look(arrived);
      }
    }
  }

  private static Outcome look(Witness arrived) throws TimeoutException, InterruptedException {
    int seen = arrived.readShared(Witness.OTHER_PAGE);
    return seen == 7
        ? Outcome.held("the guest sees what it shared")
        : Outcome.notPrevented(
            "SEND_UPDATE_DATA sealed the shared page, and the guest sees %s in it"
                .formatted(Passage.version(seen)));
  }
}
