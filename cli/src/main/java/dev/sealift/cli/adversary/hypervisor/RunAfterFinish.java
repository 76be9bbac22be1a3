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

/** A hypervisor that runs the guest on after SEND_FINISH. */
public final class RunAfterFinish implements Attack {
  private static final Card CARD =
      new Card(
          "run-after-finish",
          Attacker.HYPERVISOR,
          "at the source, lets the vCPU run on after SEND_FINISH, with the guest moved",
          Verdict.NOT_PREVENTED,
          Verdict.NOT_PREVENTED,
          "SEND_FINISH leaves the guest's key in the memory controller until DEACTIVATE, which only"
              + " the host can ask for: Sealift's own source never resumes such a guest, and a host"
              + " that does is to be trusted with no guest");

  @Override
  public Card card() {
    return CARD;
  }

  @Override
  public Outcome againstSev(Lab lab) throws Exception {
    try (Witness guest = lab.launch();
        BareMove move = BareMove.begin(lab, guest)) {
      move.passAll();
      return two(guest, move.finish());
    }
  }

  @Override
  public Outcome againstSealift(Lab lab) throws Exception {
    try (Witness guest = lab.launch();
        Passage passage = Passage.open(lab)) {
      MoveOutcome outcome = passage.move(guest, lab.source().policy());
      if (!(outcome instanceof MoveOutcome.Moved)) {
        return Passage.stayed(guest, outcome);
      }
      try (Witness arrived = passage.arrived()) {
        return two(guest, arrived);
      }
    }
  }

  private static Outcome two(Witness original, Witness arrived) throws Exception {
    original.guest().resume();
    return original.answers() && arrived.answers()
        ? Outcome.notPrevented(
            "the guest runs at both hosts; its source's is in state %s"
                .formatted(original.guest().sev().status().state()))
        : Outcome.held("the vCPU does not run");
  }
}
