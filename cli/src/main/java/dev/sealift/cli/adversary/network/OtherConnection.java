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
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A batch that arrives on another connection than it was sent on. */
public final class OtherConnection implements Attack {
  private static final Card CARD =
      new Card(
          "other-connection",
          Attacker.NETWORK,
          "takes a packet from one data connection and passes it on over another, late",
          Verdict.NOT_PREVENTED,
          Verdict.DETECTED);

  @Override
  public Card card() {
    return CARD;
  }

  /** SEV knows no connections: what comes, comes, and the older packet comes last. */
  @Override
  public Outcome againstSev(Lab lab) throws Exception {
    try (Witness guest = lab.launch();
        BareMove move = BareMove.begin(lab, guest)) {
      List<Packet> ofOneConnection = move.sealAll();
      guest.write(Witness.PAGE, 2);
      move.give(move.seal(Witness.PAGE));
      move.giveAll(ofOneConnection);
      return move.finishAndLook();
    }
  }

  @Override
  public Outcome againstSealift(Lab lab) throws Exception {
    AtomicReference<byte @Nullable []> taken = new AtomicReference<>();
    try (Witness guest = lab.launch();
        Passage passage = Passage.open(lab)) {
      passage
          .link()
          .tamper((connection, number, batch) -> {
            if (connection == 0 && number == 1) {
              taken.set(batch);
              return List.of();
            }
            byte[] other = connection == 1 ? taken.getAndSet(null) : null;
            return List.of(other == null ? batch : other);
          });
      return passage.judge(guest, passage.moveWhileWritten(guest, 2));
    }
  }
}
