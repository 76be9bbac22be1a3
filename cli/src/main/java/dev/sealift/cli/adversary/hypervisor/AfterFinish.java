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
import dev.sealift.vmm.SendSession;
import dev.sealift.vmm.VmmException;

/** A VMM that wants its guest back after SEND_FINISH. */
public final class AfterFinish implements Attack {

  /** How it tries to. */
  public enum Deed {
    SEND_AGAIN("send-after-finish", "begins to send the guest once more after it was moved") {
      @Override
      void attempt(Lab lab, Witness guest, SendSession session) throws VmmException {
        SendSession again = BareMove.sendStart(guest, lab.destination());
        again.cancel();
      }
    },
    CANCEL("cancel-after-finish", "issues SEND_CANCEL after SEND_FINISH, to have the guest back") {
      @Override
      void attempt(Lab lab, Witness guest, SendSession session) throws VmmException {
        session.cancel();
      }
    };

    private final String word;
    private final String deed;

    Deed(String word, String deed) {
      this.word = word;
      this.deed = deed;
    }

    abstract void attempt(Lab lab, Witness guest, SendSession session) throws VmmException;
  }

  private final Deed deed;

  public AfterFinish(Deed deed) {
    this.deed = deed;
  }

  @Override
  public Card card() {
    return new Card(
        deed.word,
        Attacker.HYPERVISOR,
        "at the source, " + deed.deed,
        Verdict.DETECTED,
        Verdict.DETECTED);
  }

  @Override
  public Outcome againstSev(Lab lab) throws Exception {
    try (Witness guest = lab.launch();
        BareMove move = BareMove.begin(lab, guest)) {
      move.passAll();
      move.finish();
      return attempt(lab, guest, move.sending());
    }
  }

  /** The session of the honest mover is not the attacker's: it has one that it made before. */
  @Override
  public Outcome againstSealift(Lab lab) throws Exception {
    try (Witness guest = lab.launch();
        Passage passage = Passage.open(lab)) {
      SendSession before = BareMove.sendStart(guest, lab.destination());
      before.cancel();
      Outcome moved = passage.judge(guest, passage.move(guest, lab.source().policy()));
      return moved.verdict() == Verdict.HELD ? attempt(lab, guest, before) : moved;
    }
  }

  private Outcome attempt(Lab lab, Witness guest, SendSession session) throws VmmException {
    FirmwareStatus refused = Refusal.of(() -> deed.attempt(lab, guest, session));
    return refused == null
        ? Outcome.notPrevented("the firmware did it")
        : Outcome.detected(
            refused, "the firmware refused: a guest in state SENT cannot be sent or called back");
  }
}
