package dev.sealift.cli.adversary.peer;

import dev.sealift.cli.adversary.Attack;
import dev.sealift.cli.adversary.Attacker;
import dev.sealift.cli.adversary.Card;
import dev.sealift.cli.adversary.Outcome;
import dev.sealift.cli.adversary.Verdict;
import dev.sealift.cli.adversary.lab.Answers;
import dev.sealift.cli.adversary.lab.Lab;
import dev.sealift.cli.adversary.lab.Witness;
import dev.sealift.vmm.GuestConfiguration;

/** A guest larger than any machine. */
public final class HugeGuest implements Attack {
  private static final Card CARD =
      new Card(
          "huge-guest",
          Attacker.PEER,
          "as the source, offers a guest of 4 EiB, for memory to be taken",
          Verdict.HELD,
          Verdict.DETECTED);

  @Override
  public Card card() {
    return CARD;
  }

  @Override
  public Outcome againstSev(Lab lab) {
    return Outcome.held("RECEIVE_START knows no size: how much memory a guest has is the VMM's");
  }

  @Override
  public Outcome againstSealift(Lab lab) throws Exception {
    byte[] configuration = new GuestConfiguration("huge", 1L << 62, 0, "").encode();
    try (Witness guest = lab.launch()) {
      return Answers.to(
          lab,
          source -> {
            source.greet();
            source.sendStart(guest, lab.destination());
            source.offer(configuration, 0, lab.source().credentials(), source.session().session());
            source.openData();
          });
    }
  }
}
