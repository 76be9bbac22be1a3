package dev.sealift.cli.adversary.network;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.cli.adversary.Attack;
import dev.sealift.cli.adversary.Attacker;
import dev.sealift.cli.adversary.Card;
import dev.sealift.cli.adversary.Outcome;
import dev.sealift.cli.adversary.Verdict;
import dev.sealift.cli.adversary.lab.BareMove;
import dev.sealift.cli.adversary.lab.Lab;
import dev.sealift.cli.adversary.lab.Packet;
import dev.sealift.cli.adversary.lab.Passage;
import dev.sealift.cli.adversary.lab.Refusal;
import dev.sealift.cli.adversary.lab.Witness;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** Packets of an earlier move of the same guest between the same hosts. */
public final class SplicedMove implements Attack {
  private static final Card CARD =
      new Card(
          "splice-other-move",
          Attacker.NETWORK,
          "puts packets of an earlier move of the same guest between those of this one",
          Verdict.DETECTED,
          Verdict.DETECTED);

  @Override
  public Card card() {
    return CARD;
  }

  @Override
  public Outcome againstSev(Lab lab) throws Exception {
    try (Witness guest = lab.launch()) {
      Packet old;
      try (BareMove first = BareMove.begin(lab, guest)) {
        old = first.seal(Witness.PAGE);
      }
      try (BareMove move = BareMove.begin(lab, guest)) {
        move.passAll();
        FirmwareStatus refused = Refusal.of(() -> move.give(old));
        return refused == null
            ? move.finishAndLook()
            : Outcome.detected(
                refused, "RECEIVE_UPDATE_DATA refused the packet: each session has its own keys");
      }
    }
  }

  @Override
  public Outcome againstSealift(Lab lab) throws Exception {
    AtomicReference<byte[]> old = new AtomicReference<>(new byte[0]);
    try (Witness guest = lab.launch();
        Passage passage = Passage.open(lab)) {
      passage
          .link()
          .tamper((connection, number, batch) -> {
            if (number == 1) {
              old.set(batch);
            }
            return number == 2 ? List.of() : List.of(batch);
          });
      passage.move(guest, lab.source().policy());
      passage
          .link()
          .tamper((connection, number, batch) -> List.of(number == 1 ? old.get() : batch));
      return passage.judge(guest, passage.move(guest, lab.source().policy()));
    }
  }
}
