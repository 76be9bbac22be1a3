package dev.sealift.cli.adversary.peer;

import dev.sealift.cli.adversary.Attack;
import dev.sealift.cli.adversary.Attacker;
import dev.sealift.cli.adversary.Card;
import dev.sealift.cli.adversary.Outcome;
import dev.sealift.cli.adversary.Verdict;
import dev.sealift.cli.adversary.lab.HostileDestination;
import dev.sealift.cli.adversary.lab.Lab;
import dev.sealift.cli.adversary.lab.Passage;
import dev.sealift.cli.adversary.lab.Witness;
import dev.sealift.migration.wire.Manifest;
import dev.sealift.migration.wire.Message;

/** A destination that says it runs the guest before it was told to. */
public final class EarlyRunning implements Attack {
  private static final Card CARD =
      new Card(
          "early-running",
          Attacker.PEER,
          "as the destination, says RUNNING in the place of PREPARED, for the source to let go",
          Verdict.HELD,
          Verdict.DETECTED);

  @Override
  public Card card() {
    return CARD;
  }

  @Override
  public Outcome againstSev(Lab lab) {
    return Outcome.held("the firmware of a source hears nothing from a destination");
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
                  source.control().send(new Message.Running());
                })) {
      return Passage.stayed(guest, Passage.move(lab, guest, hostile.address(), Passage.TIMEOUT));
    }
  }
}
