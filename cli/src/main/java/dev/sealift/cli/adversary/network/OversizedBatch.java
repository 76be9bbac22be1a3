package dev.sealift.cli.adversary.network;

import dev.sealift.cli.adversary.Attack;
import dev.sealift.cli.adversary.Attacker;
import dev.sealift.cli.adversary.Card;
import dev.sealift.cli.adversary.Outcome;
import dev.sealift.cli.adversary.Verdict;
import dev.sealift.cli.adversary.lab.Lab;
import dev.sealift.cli.adversary.lab.TamperedMove;
import java.nio.ByteBuffer;
import java.util.List;

/** A batch that says it is larger than any. */
public final class OversizedBatch implements Attack {
  private static final Card CARD =
      new Card(
          "huge-batch",
          Attacker.NETWORK,
          "says that a batch has four thousand million pages, for memory to be taken",
          Verdict.HELD,
          Verdict.DETECTED);

  @Override
  public Card card() {
    return CARD;
  }

  @Override
  public Outcome againstSev(Lab lab) {
    return Outcome.held("a packet on the way has no length that anybody reads");
  }

  @Override
  public Outcome againstSealift(Lab lab) throws Exception {
    return TamperedMove.run(
        lab,
        (connection, number, batch) -> {
          ByteBuffer.wrap(batch).putInt(-1).putInt(-1);
          return List.of(batch);
        });
  }
}
