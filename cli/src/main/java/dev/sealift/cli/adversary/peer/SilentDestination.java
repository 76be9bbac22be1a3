package dev.sealift.cli.adversary.peer;

import dev.sealift.cli.adversary.Attack;
import dev.sealift.cli.adversary.Attacker;
import dev.sealift.cli.adversary.Card;
import dev.sealift.cli.adversary.Outcome;
import dev.sealift.cli.adversary.Verdict;
import dev.sealift.cli.adversary.lab.BareMove;
import dev.sealift.cli.adversary.lab.HostileDestination;
import dev.sealift.cli.adversary.lab.Lab;
import dev.sealift.cli.adversary.lab.Passage;
import dev.sealift.cli.adversary.lab.Witness;
import dev.sealift.migration.wire.Manifest;
import dev.sealift.migration.wire.Message;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.vmm.VmmException;

/** A destination that says no more at some point. */
public final class SilentDestination implements Attack {

  /** Where it falls silent. */
  public enum Silence {
    AFTER_GUEST("never-answers", "hears of the guest and never answers"),
    AFTER_READY("never-reads", "says READY and never reads a page"),
    AFTER_PREPARE("never-prepared", "takes all pages and never says PREPARED");

    private final String word;
    private final String deed;

    Silence(String word, String deed) {
      this.word = word;
      this.deed = deed;
    }
  }

  private final Silence silence;

  public SilentDestination(Silence silence) {
    this.silence = silence;
  }

  @Override
  public Card card() {
    return new Card(
        silence.word,
        Attacker.PEER,
        "as the destination, " + silence.deed,
        Verdict.HELD,
        Verdict.DETECTED);
  }

  @Override
  public Outcome againstSev(Lab lab) throws Exception {
    try (Witness guest = lab.launch();
        BareMove move = BareMove.begin(lab, guest)) {
      move.sealAll();
      move.cancel();
      return guest.read(Witness.PAGE) == 1
          ? Outcome.held("SEND_CANCEL needs no answer, and the guest runs on")
          : Outcome.notPrevented("the guest did not survive SEND_CANCEL");
    }
  }

  @Override
  public Outcome againstSealift(Lab lab) throws Exception {
    try (Witness guest = lab.launch();
        HostileDestination hostile = HostileDestination.listen(lab, this::play)) {
      return Passage.stayed(
          guest, Passage.move(lab, guest, hostile.address(), Passage.SHORT_TIMEOUT));
    }
  }

  private void play(HostileDestination.Conversation source)
      throws MigrationException, VmmException, InterruptedException {
    source.welcome();
    Message.Guest offer = source.guest();
    switch (silence) {
      case AFTER_GUEST -> {}
      case AFTER_READY -> source.letIn(offer);
      case AFTER_PREPARE -> source.take(offer, new Manifest(1));
    }
  }
}
