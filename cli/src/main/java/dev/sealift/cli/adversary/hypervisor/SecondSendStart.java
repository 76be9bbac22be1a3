package dev.sealift.cli.adversary.hypervisor;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.cli.adversary.Attack;
import dev.sealift.cli.adversary.Attacker;
import dev.sealift.cli.adversary.Card;
import dev.sealift.cli.adversary.Outcome;
import dev.sealift.cli.adversary.Verdict;
import dev.sealift.cli.adversary.lab.BareMove;
import dev.sealift.cli.adversary.lab.Lab;
import dev.sealift.cli.adversary.lab.Passage;
import dev.sealift.cli.adversary.lab.Refusal;
import dev.sealift.cli.adversary.lab.Witness;
import dev.sealift.vmm.VmmException;

/** A VMM that opens a second session while a guest is being sent. */
public final class SecondSendStart implements Attack {
  private static final Card CARD =
      new Card(
          "second-send-start",
          Attacker.HYPERVISOR,
          "issues SEND_START for another destination while the guest is being sent",
          Verdict.DETECTED,
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
      return attempt(lab, guest);
    }
  }

  /** While the honest mover is at work, between its first round and the last. */
  @Override
  public Outcome againstSealift(Lab lab) throws Exception {
    Outcome[] attempted = new Outcome[1];
    try (Witness guest = lab.launch();
        Passage passage = Passage.open(lab)) {
      Outcome moved =
          passage.judge(
              guest,
              passage.move(
                  guest,
                  () -> {
                    try {
                      attempted[0] = attempt(lab, guest);
                    } catch (VmmException otherwise) {
                      attempted[0] = Outcome.held(String.valueOf(otherwise.getMessage()));
                    }
                  }));
      return moved.verdict() == Verdict.HELD ? attempted[0] : moved;
    }
  }

  private static Outcome attempt(Lab lab, Witness guest) throws VmmException {
    FirmwareStatus refused =
        Refusal.of(() -> BareMove.sendStart(guest, lab.destination()).cancel());
    return refused == null
        ? Outcome.notPrevented("SEND_START opened a second session")
        : Outcome.detected(
            refused, "SEND_START refused: one session at a time, and the first one goes on");
  }
}
