package dev.sealift.cli.adversary.peer;

import dev.sealift.cli.adversary.Attack;
import dev.sealift.cli.adversary.Attacker;
import dev.sealift.cli.adversary.Card;
import dev.sealift.cli.adversary.Outcome;
import dev.sealift.cli.adversary.Verdict;
import dev.sealift.cli.adversary.lab.BareMove;
import dev.sealift.cli.adversary.lab.HostileDestination;
import dev.sealift.cli.adversary.lab.Lab;
import dev.sealift.cli.adversary.lab.Packet;
import dev.sealift.cli.adversary.lab.Passage;
import dev.sealift.cli.adversary.lab.Witness;
import dev.sealift.migration.wire.Manifest;
import dev.sealift.migration.wire.Message;

/** A destination that has not taken what was sent. */
public final class OtherManifest implements Attack {
  private static final Card CARD =
      new Card(
          "other-manifest",
          Attacker.PEER,
          "as the destination, says PREPARED for other pages than were sent",
          Verdict.NOT_PREVENTED,
          Verdict.DETECTED);

  @Override
  public Card card() {
    return CARD;
  }

  /** The source's SEND_FINISH asks nobody. */
  @Override
  public Outcome againstSev(Lab lab) throws Exception {
    try (Witness guest = lab.launch();
        BareMove move = BareMove.begin(lab, guest)) {
      for (Packet packet : move.sealAll()) {
        if (packet.gfn() < Witness.PAGE) {
          move.give(packet);
        }
      }
      return move.finishAndLook();
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
                  source.take(source.guest(), new Manifest(1));
                  source.control().send(new Message.Prepared(new byte[Manifest.ROOT_SIZE]));
                })) {
      return Passage.stayed(guest, Passage.move(lab, guest, hostile.address(), Passage.TIMEOUT));
    }
  }
}
