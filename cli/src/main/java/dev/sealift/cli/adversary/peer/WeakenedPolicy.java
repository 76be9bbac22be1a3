package dev.sealift.cli.adversary.peer;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.cli.adversary.Attack;
import dev.sealift.cli.adversary.Attacker;
import dev.sealift.cli.adversary.Card;
import dev.sealift.cli.adversary.Outcome;
import dev.sealift.cli.adversary.Verdict;
import dev.sealift.cli.adversary.lab.Answers;
import dev.sealift.cli.adversary.lab.BareMove;
import dev.sealift.cli.adversary.lab.Lab;
import dev.sealift.cli.adversary.lab.LabHost;
import dev.sealift.cli.adversary.lab.Refusal;
import dev.sealift.cli.adversary.lab.Witness;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.SendSession;

/** A guest that arrives with less of a policy than it left with. */
public final class WeakenedPolicy implements Attack {
  private static final GuestPolicy NODBG = GuestPolicy.of(GuestPolicy.Flag.NODBG);

  private static final Card CARD =
      new Card(
          "weakened-policy",
          Attacker.PEER,
          "as the source, leaves NODBG out of the policy, for the destination to debug the guest",
          Verdict.DETECTED,
          Verdict.DETECTED);

  @Override
  public Card card() {
    return CARD;
  }

  @Override
  public Outcome againstSev(Lab lab) throws Exception {
    try (Witness guest = lab.launch(NODBG)) {
      SendSession session = BareMove.sendStart(guest, lab.destination());
      try (Guest received = lab.destination().create(LabHost.configuration(0))) {
        byte[] pdh = lab.source().chain().pdh().bytes();
        FirmwareStatus refused =
            Refusal.of(() -> received.sev().receiveStart(0, pdh, session.session()));
        return refused == null
            ? Outcome.notPrevented("RECEIVE_START took the guest without NODBG")
            : Outcome.detected(
                refused, "RECEIVE_START refused it: the session has a MAC over the policy");
      } finally {
        session.cancel();
      }
    }
  }

  @Override
  public Outcome againstSealift(Lab lab) throws Exception {
    try (Witness guest = lab.launch(NODBG)) {
      return Answers.to(
          lab,
          source -> {
            source.greet();
            source.sendStart(guest, lab.destination());
            source.offer(
                LabHost.configuration(0).encode(),
                0,
                lab.source().credentials(),
                source.session().session());
            source.openData();
          });
    }
  }
}
