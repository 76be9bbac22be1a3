package dev.sealift.cli.adversary.network;

import dev.sealift.cli.adversary.Attack;
import dev.sealift.cli.adversary.Attacker;
import dev.sealift.cli.adversary.Card;
import dev.sealift.cli.adversary.Outcome;
import dev.sealift.cli.adversary.Verdict;
import dev.sealift.cli.adversary.lab.BareMove;
import dev.sealift.cli.adversary.lab.Lab;
import dev.sealift.cli.adversary.lab.Link;
import dev.sealift.cli.adversary.lab.Passage;
import dev.sealift.cli.adversary.lab.TamperedMove;
import dev.sealift.cli.adversary.lab.Witness;
import java.util.List;

/** Two pages that change places. */
public final class SwappedPages implements Attack {
  private static final Card CARD =
      new Card(
          "swap-pages",
          Attacker.NETWORK,
          "exchanges the packets of two pages, each for the other's address",
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
      move.give(move.seal(Witness.PAGE).to(Witness.OTHER_PAGE));
      move.give(move.seal(Witness.OTHER_PAGE).to(Witness.PAGE));
      return move.finishAndLook();
    }
  }

  /** The addresses are under the seal: all that can be exchanged is what they belong to. */
  @Override
  public Outcome againstSealift(Lab lab) throws Exception {
    return TamperedMove.run(
        lab,
        (connection, number, batch) ->
            List.of(number == Passage.WITNESS_BATCH ? swapped(batch) : batch));
  }

  private static byte[] swapped(byte[] batch) {
    int page = Link.ciphertextOffset(batch, 0);
    int other = Link.ciphertextOffset(batch, 1);
    byte[] swapped = batch.clone();
    System.arraycopy(batch, page, swapped, other, other - page);
    System.arraycopy(batch, other, swapped, page, other - page);
    return swapped;
  }
}
