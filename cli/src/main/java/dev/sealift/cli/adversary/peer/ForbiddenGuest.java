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

/** A guest that was launched never to leave its platform. */
public final class ForbiddenGuest implements Attack {
  private static final GuestPolicy NOSEND = GuestPolicy.of(GuestPolicy.Flag.NOSEND);

  private static final Card CARD =
      new Card(
          "nosend-guest",
          Attacker.PEER,
          "as the source, offers a guest whose policy says NOSEND",
          Verdict.DETECTED,
          Verdict.DETECTED);

  @Override
  public Card card() {
    return CARD;
  }

  @Override
  public Outcome againstSev(Lab lab) throws Exception {
    try (Witness guest = lab.launch(NOSEND)) {
      FirmwareStatus refused =
          Refusal.of(() -> BareMove.sendStart(guest, lab.destination()).cancel());
      return refused == null
          ? Outcome.notPrevented("SEND_START took the guest")
          : Outcome.detected(refused, "SEND_START refused the guest");
    }
  }

  /** The session is another guest's: the true source's firmware makes none for this one. */
  @Override
  public Outcome againstSealift(Lab lab) throws Exception {
    try (Witness other = lab.launch()) {
      return Answers.to(
          lab,
          source -> {
            source.greet();
            source.sendStart(other, lab.destination());
            source.offer(
                LabHost.configuration(NOSEND.word()).encode(),
                NOSEND.word(),
                lab.source().credentials(),
                source.session().session());
            source.openData();
          });
    }
  }
}
