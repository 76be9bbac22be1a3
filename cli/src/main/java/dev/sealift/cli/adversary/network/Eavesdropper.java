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
import dev.sealift.cli.adversary.lab.Witness;
import java.util.List;

/** Somebody who only listens. */
public final class Eavesdropper implements Attack {
  private static final Card CARD =
      new Card(
          "eavesdrop",
          Attacker.NETWORK,
          "records all that goes by and looks for the guest's secret in it",
          Verdict.HELD,
          Verdict.HELD);

  @Override
  public Card card() {
    return CARD;
  }

  @Override
  public Outcome againstSev(Lab lab) throws Exception {
    try (Witness guest = lab.launch();
        BareMove move = BareMove.begin(lab, guest)) {
      List<byte[]> seen = move.sealAll().stream().<byte[]>map(Packet::ciphertext).toList();
      return judge(seen, "%d packets, and the secret in none; their addresses go in the clear");
    }
  }

  @Override
  public Outcome againstSealift(Lab lab) throws Exception {
    try (Witness guest = lab.launch();
        Passage passage = Passage.open(lab)) {
      Outcome moved = passage.judge(guest, passage.moveWhileWritten(guest));
      return moved.verdict() == Verdict.HELD
          ? judge(passage.link().recorded(), "%d connections, and the secret on none")
          : moved;
    }
  }

  private static Outcome judge(List<byte[]> seen, String words) {
    return seen.stream().anyMatch(Witness::isSecretIn)
        ? Outcome.notPrevented("the secret of the guest went by in the clear")
        : Outcome.held(words.formatted(seen.size()));
  }
}
