package dev.sealift.cli.adversary.network;

import dev.sealift.cli.adversary.Attack;
import dev.sealift.cli.adversary.Attacker;
import dev.sealift.cli.adversary.Card;
import dev.sealift.cli.adversary.Outcome;
import dev.sealift.cli.adversary.Verdict;
import dev.sealift.cli.adversary.lab.Lab;
import dev.sealift.cli.adversary.lab.Passage;
import dev.sealift.cli.adversary.lab.Witness;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** Callers who never say who they are. */
public final class Strangers implements Attack {
  private static final int CALLERS = 200;

  private static final Card CARD =
      new Card(
          "strangers",
          Attacker.NETWORK,
          "opens %d connections to the destination and says nothing on any, to keep others away"
              .formatted(CALLERS),
          Verdict.HELD,
          Verdict.HELD);

  @Override
  public Card card() {
    return CARD;
  }

  @Override
  public Outcome againstSev(Lab lab) {
    return Outcome.held("SEV's commands come from the own host only: there is no port");
  }

  @Override
  public Outcome againstSealift(Lab lab) throws Exception {
    List<Socket> callers = new ArrayList<>();
    try (Witness guest = lab.launch();
        Passage passage = Passage.open(lab)) {
      for (int i = 0; i < CALLERS; i++) {
        callers.add(new Socket(passage.address().getAddress(), passage.address().getPort()));
      }
      return passage.judge(guest, passage.move(guest, lab.source().policy()));
    } finally {
      for (Socket caller : callers) {
        caller.close();
      }
    }
  }
}
