package dev.sealift.cli.adversary.peer;

import dev.sealift.cli.adversary.Attack;
import dev.sealift.cli.adversary.Attacker;
import dev.sealift.cli.adversary.Card;
import dev.sealift.cli.adversary.Outcome;
import dev.sealift.cli.adversary.Verdict;
import dev.sealift.cli.adversary.lab.BareMove;
import dev.sealift.cli.adversary.lab.HostileDestination;
import dev.sealift.cli.adversary.lab.Lab;
import dev.sealift.cli.adversary.lab.Passage;
import dev.sealift.cli.adversary.lab.Witness;
import dev.sealift.migration.MoveOutcome;
import dev.sealift.migration.wire.Manifest;
import dev.sealift.migration.wire.Message;

/** A destination that throws the guest away. */
public final class DiscardedGuest implements Attack {
  private static final Card CARD =
      new Card(
          "discard-guest",
          Attacker.PEER,
          "as the destination, answers everything as it ought to, keeps no page and runs nothing",
          Verdict.NOT_PREVENTED,
          Verdict.NOT_PREVENTED,
          "whoever is handed a guest can end it; the source is left without a receipt signed by the"
              + " destination's firmware, and says so");

  @Override
  public Card card() {
    return CARD;
  }

  @Override
  public Outcome againstSev(Lab lab) throws Exception {
    try (Witness guest = lab.launch();
        BareMove move = BareMove.begin(lab, guest)) {
      move.sealAll();
      guest.guest().pause();
      move.sending().finish();
      move.finished();
      return Outcome.notPrevented(
          "SEND_FINISH asks nobody; the guest is in state %s and runs nowhere"
              .formatted(guest.guest().sev().status().state()));
    }
  }

  @Override
  public Outcome againstSealift(Lab lab) throws Exception {
    try (Witness guest = lab.launch();
        HostileDestination hostile =
            HostileDestination.listen(
                lab,
                source -> {
                  source.welcome();
                  Manifest manifest = new Manifest(1);
                  source.take(source.guest(), manifest);
                  source.control().send(new Message.Prepared(manifest.root()));
                  source.control().expect(Message.Commit.class);
                  source.control().send(new Message.Running());
                  source.control().close();
                })) {
      MoveOutcome outcome = Passage.move(lab, guest, hostile.address(), Passage.TIMEOUT);
      return outcome instanceof MoveOutcome.Moved moved
          ? Outcome.notPrevented(
              "the source believes that its guest runs there, %s"
                  .formatted(moved.receipt() == null ? "without a receipt" : "with a receipt"))
          : Passage.stayed(guest, outcome);
    }
  }
}
