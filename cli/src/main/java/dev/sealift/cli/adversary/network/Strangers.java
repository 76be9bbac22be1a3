package dev.sealift.cli.adversary.network;

import dev.sealift.cli.adversary.Attack;
import dev.sealift.cli.adversary.Attacker;
import dev.sealift.cli.adversary.Card;
import dev.sealift.cli.adversary.Outcome;
import dev.sealift.cli.adversary.Verdict;
import dev.sealift.cli.adversary.lab.Lab;
import dev.sealift.cli.adversary.lab.Passage;
import dev.sealift.cli.adversary.lab.Witness;
import dev.sealift.migration.MoveOutcome;
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
          "opens %d connections to the destination and says nothing on any".formatted(CALLERS),
          Verdict.HELD,
          Verdict.NOT_PREVENTED,
          "memory stays bounded (64 strangers at a time, each for the time limit) and no guest is"
              + " harmed, but while it is kept up moves do not begin: let only hosts reach the"
              + " port");

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
        Passage passage = Passage.open(lab, Passage.SHORT_TIMEOUT)) {
      for (int i = 0; i < CALLERS; i++) {
        callers.add(new Socket(passage.address().getAddress(), passage.address().getPort()));
      }
      MoveOutcome meanwhile = passage.move(guest, lab.source().policy());
      Outcome stayed = Passage.stayed(guest, meanwhile);
      for (Socket caller : callers) {
        caller.getInputStream().readAllBytes();
      }
      Outcome afterwards = passage.judge(guest, passage.move(guest, lab.source().policy()));
      boolean held = meanwhile instanceof MoveOutcome.Moved && afterwards.verdict() == Verdict.HELD;
      return held
          ? afterwards
          : Outcome.notPrevented(
              "a move meanwhile ended with %s (%s) and the guest ran on; once the strangers' time was over, %s"
                  .formatted(stayed.code(), stayed.observed(), afterwards.observed()));
    } finally {
      for (Socket caller : callers) {
        caller.close();
      }
    }
  }
}
