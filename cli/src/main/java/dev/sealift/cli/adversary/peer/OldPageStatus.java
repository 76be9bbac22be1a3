package dev.sealift.cli.adversary.peer;

import dev.sealift.abi.Pages;
import dev.sealift.cli.adversary.Attack;
import dev.sealift.cli.adversary.Attacker;
import dev.sealift.cli.adversary.Card;
import dev.sealift.cli.adversary.Outcome;
import dev.sealift.cli.adversary.Verdict;
import dev.sealift.cli.adversary.lab.Answers;
import dev.sealift.cli.adversary.lab.BareMove;
import dev.sealift.cli.adversary.lab.Lab;
import dev.sealift.cli.adversary.lab.Passage;
import dev.sealift.cli.adversary.lab.Witness;
import java.util.List;

/** A source that states in the end which pages were shared some time ago. */
public final class OldPageStatus implements Attack {
  private static final Card CARD =
      new Card(
          "old-page-status",
          Attacker.PEER,
          "as the source, states an old page status in the end, in which a shared page is private",
          Verdict.NOT_PREVENTED,
          Verdict.DETECTED);

  @Override
  public Card card() {
    return CARD;
  }

  /** Which pages are shared is nothing that SEV's packets say. */
  @Override
  public Outcome againstSev(Lab lab) throws Exception {
    try (Witness guest = lab.launch();
        BareMove move = BareMove.begin(lab, guest)) {
      guest.share(Witness.OTHER_PAGE, 7);
      move.passAll();
      Witness arrived = move.finish();
      int seen = arrived.readShared(Witness.OTHER_PAGE);
      return seen == 7
          ? Outcome.held("the guest sees what it shared")
          : Outcome.notPrevented(
              "the shared page went as a private one, and the guest sees %s in it"
                  .formatted(Passage.version(seen)));
    }
  }

  @Override
  public Outcome againstSealift(Lab lab) throws Exception {
    try (Witness guest = lab.launch()) {
      guest.share(Witness.OTHER_PAGE, 7);
      return Answers.to(
          lab,
          source -> {
            source.begin(guest);
            source.send(
                source.sealAll().stream()
                    .filter(packet -> packet.gfn() != Witness.OTHER_PAGE)
                    .toList());
            source.sendShared(Witness.OTHER_PAGE, new byte[Pages.SIZE]);
            source.endRound();
            source.sendState(guest, List.of());
            source.prepare();
          });
    }
  }
}
