package dev.sealift.cli.adversary.peer;

import dev.sealift.cli.adversary.Attack;
import dev.sealift.cli.adversary.Attacker;
import dev.sealift.cli.adversary.Card;
import dev.sealift.cli.adversary.Outcome;
import dev.sealift.cli.adversary.Verdict;
import dev.sealift.cli.adversary.lab.HostileSource;
import dev.sealift.cli.adversary.lab.Lab;
import dev.sealift.cli.adversary.lab.Passage;
import dev.sealift.cli.adversary.lab.Witness;
import dev.sealift.migration.DestinationOptions;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.vmm.VmmException;
import java.time.Duration;

/** A peer that begins many moves and goes on with none. */
public final class ManyMoves implements Attack {
  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  private static final Card CARD =
      new Card(
          "many-moves",
          Attacker.PEER,
          "as the source, begins as many moves as the destination takes and goes on with none",
          Verdict.HELD,
          Verdict.DETECTED);

  @Override
  public Card card() {
    return CARD;
  }

  @Override
  public Outcome againstSev(Lab lab) {
    return Outcome.held("RECEIVE_START comes from the own host only");
  }

  @Override
  public Outcome againstSealift(Lab lab) throws Exception {
    DestinationOptions options =
        new DestinationOptions(1, 1, Long.MAX_VALUE, TIMEOUT, Duration.ZERO);
    try (Witness guest = lab.launch();
        Witness bait = lab.launch();
        Passage passage = Passage.open(lab, options)) {
      Outcome meanwhile;
      try (HostileSource silent = HostileSource.connect(lab, passage)) {
        silent.begin(bait);
        meanwhile = Passage.stayed(guest, passage.move(guest, lab.source().policy()));
        awaitRefusal(silent);
        awaitRoom(lab);
      }
      Outcome afterwards = passage.judge(guest, passage.move(guest, lab.source().policy()));
      return afterwards.verdict() == Verdict.HELD && meanwhile.verdict() == Verdict.DETECTED
          ? new Outcome(
              Verdict.DETECTED,
              meanwhile.code(),
              "one more was turned away (%s), the silent one after the time limit, and then a move went well"
                  .formatted(meanwhile.observed()))
          : Outcome.notPrevented("the destination did not recover: " + afterwards.observed());
    }
  }

  /** What the silent one had is torn down soon after its link. */
  private static void awaitRoom(Lab lab) throws VmmException, InterruptedException {
    long end = System.nanoTime() + TIMEOUT.toNanos();
    while (lab.destination().guests() > 0 && System.nanoTime() < end) {
      Thread.sleep(10);
    }
  }

  private static void awaitRefusal(HostileSource source) throws InterruptedException {
    try {
      source.control().receive();
    } catch (MigrationException refused) {
      // TIMED_OUT, as it ought to be: otherwise the next move tells.
    }
  }
}
