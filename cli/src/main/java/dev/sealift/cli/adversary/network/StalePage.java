package dev.sealift.cli.adversary.network;

import dev.sealift.cli.adversary.Attack;
import dev.sealift.cli.adversary.Attacker;
import dev.sealift.cli.adversary.Card;
import dev.sealift.cli.adversary.Outcome;
import dev.sealift.cli.adversary.Verdict;
import dev.sealift.cli.adversary.lab.BareMove;
import dev.sealift.cli.adversary.lab.Lab;
import dev.sealift.cli.adversary.lab.Packet;
import dev.sealift.cli.adversary.lab.Passage;
import dev.sealift.cli.adversary.lab.TamperedMove;
import dev.sealift.cli.adversary.lab.Witness;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** An old packet in the place of the last one. */
public final class StalePage implements Attack {
  private static final Card CARD =
      new Card(
          "stale-page",
          Attacker.NETWORK,
          "puts the packet of a page from the first round in the place of its last one",
          Verdict.NOT_PREVENTED,
          Verdict.DETECTED);

  @Override
  public Card card() {
    return CARD;
  }

  @Override
  public Outcome againstSev(Lab lab) throws Exception {
    try (Witness guest = lab.launch();
        BareMove move = BareMove.begin(lab, guest)) {
      Packet old = move.seal(Witness.PAGE);
      move.passAll();
      guest.write(Witness.PAGE, 2);
      move.give(old);
      return move.finishAndLook();
    }
  }

  @Override
  public Outcome againstSealift(Lab lab) throws Exception {
    AtomicReference<byte[]> old = new AtomicReference<>(new byte[0]);
    return TamperedMove.run(
        lab,
        (connection, number, batch) -> {
          if (number == Passage.WITNESS_BATCH) {
            old.set(batch);
          }
          return List.of(number > Passage.BATCHES ? old.get() : batch);
        });
  }
}
