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
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.SendSession;
import dev.sealift.vmm.VmmException;
import org.jspecify.annotations.Nullable;

/** A source that shows the credentials of a platform that is not its own. */
public final class BorrowedCredentials implements Attack {
  private static final Card CARD =
      new Card(
          "borrowed-platform",
          Attacker.PEER,
          "as the source, shows the certificates of another, true platform in its GUEST",
          Verdict.DETECTED,
          Verdict.DETECTED);

  @Override
  public Card card() {
    return CARD;
  }

  @Override
  public Outcome againstSev(Lab lab) throws Exception {
    try (Witness guest = lab.launch();
        LabHost other = lab.another(Lab.API)) {
      SendSession session = BareMove.sendStart(guest, lab.destination());
      try (Guest received = lab.destination().create(guest.guest().configuration())) {
        FirmwareStatus refused = refusal(received, other, session);
        return refused == null
            ? Outcome.notPrevented("RECEIVE_START took it")
            : Outcome.detected(
                refused, "RECEIVE_START refused it: the session was not made under that PDH");
      } finally {
        session.cancel();
      }
    }
  }

  private static @Nullable FirmwareStatus refusal(
      Guest received, LabHost other, SendSession session) throws VmmException {
    return Refusal.of(() -> BareMove.receiveStart(received, other, session));
  }

  @Override
  public Outcome againstSealift(Lab lab) throws Exception {
    try (Witness guest = lab.launch();
        LabHost other = lab.another(Lab.API)) {
      return Answers.to(
          lab,
          source -> {
            source.greet();
            source.sendStart(guest, lab.destination());
            source.offer(
                LabHost.configuration(0).encode(),
                0,
                other.credentials(),
                source.session().session());
            source.openData();
          });
    }
  }
}
