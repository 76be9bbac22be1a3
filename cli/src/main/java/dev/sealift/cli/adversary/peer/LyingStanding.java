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
import dev.sealift.migration.wire.Place;
import dev.sealift.migration.wire.Progress;
import dev.sealift.vmm.VmmException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** A destination that says, on a new link, that it is farther than it can be. */
public final class LyingStanding implements Attack {

  /** What it says. */
  public enum Lie {
    RUNNING("resumed-as-running", "the guest runs there already"),
    PREPARED("resumed-as-prepared", "it has all of the guest"),
    FARTHER("resumed-farther", "it has more batches than were sent");

    private final String word;
    private final String words;

    Lie(String word, String words) {
      this.word = word;
      this.words = words;
    }

    private Message.Standing standing() {
      return switch (this) {
        case RUNNING -> Message.Standing.at(Place.RUNNING);
        case PREPARED -> Message.Standing.prepared(new byte[Manifest.ROOT_SIZE]);
        case FARTHER -> Message.Standing.receiving(new Progress(0, 0, List.of(1L << 40)));
      };
    }
  }

  private final Lie lie;

  public LyingStanding(Lie lie) {
    this.lie = lie;
  }

  @Override
  public Card card() {
    return new Card(
        lie.word,
        Attacker.PEER,
        "as the destination, cuts the link in the first round, and says on the next that "
            + lie.words,
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
          ? Outcome.held("SEND_CANCEL asks nobody what he has, and the guest runs on")
          : Outcome.notPrevented("the guest did not survive SEND_CANCEL");
    }
  }

  @Override
  public Outcome againstSealift(Lab lab) throws Exception {
    var lied = new AtomicBoolean();
    try (Witness guest = lab.launch();
        HostileDestination hostile = HostileDestination.listen(lab, source -> play(source, lied))) {
      Outcome outcome =
          Passage.stayed(guest, Passage.move(lab, guest, hostile.address(), Passage.TIMEOUT));
      if (!lied.get()) {
        throw new IllegalStateException("the source did not come back to be lied to: " + outcome);
      }
      return outcome;
    }
  }

  private void play(HostileDestination.Conversation source, AtomicBoolean lied)
      throws MigrationException, VmmException, InterruptedException {
    source.welcome();
    switch (source.control().receive()) {
      case Message.Guest offer -> source.letInAndCut(offer);
      case Message.Resume _ -> {
        source.control().send(lie.standing());
        lied.set(true);
      }
      default -> {}
    }
  }
}
