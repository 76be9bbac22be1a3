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

/** Packets in another order. */
public final class ReorderedBatches implements Attack {
  private static final Card CARD =
      new Card(
          "reorder",
          Attacker.NETWORK,
          "lets a packet overtake the one before it, so that the older one comes last",
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
      move.passAll();
      Packet first = move.seal(Witness.PAGE);
      guest.write(Witness.PAGE, 2);
      move.give(move.seal(Witness.PAGE));
      move.give(first);
      return move.finishAndLook();
    }
  }

  @Override
  public Outcome againstSealift(Lab lab) throws Exception {
    AtomicReference<byte[]> held = new AtomicReference<>(new byte[0]);
    return TamperedMove.run(
        lab,
        (connection, number, batch) -> {
          if (number == Passage.WITNESS_BATCH) {
            held.set(batch);
            return List.of();
          }
          return number == Passage.WITNESS_BATCH + 1 ? List.of(batch, held.get()) : List.of(batch);
        });
  }
}
