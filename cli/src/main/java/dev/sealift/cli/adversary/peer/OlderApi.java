package dev.sealift.cli.adversary.peer;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.cli.adversary.Attack;
import dev.sealift.cli.adversary.Attacker;
import dev.sealift.cli.adversary.Card;
import dev.sealift.cli.adversary.Outcome;
import dev.sealift.cli.adversary.Verdict;
import dev.sealift.cli.adversary.lab.BareMove;
import dev.sealift.cli.adversary.lab.Lab;
import dev.sealift.cli.adversary.lab.LabHost;
import dev.sealift.cli.adversary.lab.Passage;
import dev.sealift.cli.adversary.lab.Refusal;
import dev.sealift.cli.adversary.lab.Witness;
import dev.sealift.crypto.ApiVersion;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.SendSession;

/** A true platform with firmware older than the guest's policy asks for. */
public final class OlderApi implements Attack {
  private static final ApiVersion OLD = new ApiVersion(1, 40);
  private static final GuestPolicy ASKS_FOR_NEWER = GuestPolicy.of().withMinimumApi(1, 50);

  private static final Card CARD =
      new Card(
          "older-api",
          Attacker.PEER,
          "as the destination, runs firmware with an older API than the guest's policy asks for",
          Verdict.DETECTED,
          Verdict.DETECTED);

  @Override
  public Card card() {
    return CARD;
  }

  /** Without SEV in the policy SEND_START looks at no version; then RECEIVE_START must. */
  @Override
  public Outcome againstSev(Lab lab) throws Exception {
    try (LabHost old = lab.another(OLD);
        Witness guest = lab.launch(ASKS_FOR_NEWER)) {
      SendSession session = BareMove.sendStart(guest, old);
      try (Guest received = old.create(guest.guest().configuration())) {
        FirmwareStatus refused =
            Refusal.of(() -> BareMove.receiveStart(received, lab.source(), session));
        return refused == null
            ? Outcome.notPrevented("SEND_START and RECEIVE_START took the guest there")
            : Outcome.detected(
                refused, "SEND_START took the platform; its own RECEIVE_START refused the guest");
      } finally {
        session.cancel();
      }
    }
  }

  @Override
  public Outcome againstSealift(Lab lab) throws Exception {
    try (LabHost old = lab.another(OLD);
        Witness guest = lab.launch(ASKS_FOR_NEWER);
        Passage passage = Passage.to(lab, old)) {
      return passage.judge(guest, passage.move(guest, lab.source().policy()));
    }
  }
}
