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

/** A packet of an earlier round, given once more at the end. */
public final class ReplayedBatch implements Attack {
  private static final Card CARD =
      new Card(
          "replay-old-round",
          Attacker.NETWORK,
          "repeats the packet of a page from an earlier round after the page was sent anew",
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
      move.give(move.seal(Witness.PAGE));
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
          return number > Passage.BATCHES ? List.of(batch, old.get()) : List.of(batch);
        });
  }
}
