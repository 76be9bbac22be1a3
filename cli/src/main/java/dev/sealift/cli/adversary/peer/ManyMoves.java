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
import java.util.ArrayList;
import java.util.List;

/** A peer that begins many moves and goes on with none. */
public final class ManyMoves implements Attack {
  private static final int MOST = 4;

  private static final Card CARD =
      new Card(
          "many-moves",
          Attacker.PEER,
          "as the source, begins more moves than the destination takes and goes on with none",
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
        new DestinationOptions(MOST, 1, Long.MAX_VALUE, Passage.SHORT_TIMEOUT);
    List<HostileSource> silent = new ArrayList<>();
    try (Witness guest = lab.launch();
        Passage passage = Passage.open(lab, options)) {
      for (int i = 0; i < MOST; i++) {
        HostileSource source = HostileSource.connect(lab, passage);
        silent.add(source);
        source.greet();
      }
      Outcome meanwhile = Passage.stayed(guest, passage.move(guest, lab.source().policy()));
      for (HostileSource source : silent) {
        refusal(source);
        source.close();
      }
      Outcome afterwards = passage.judge(guest, passage.move(guest, lab.source().policy()));
      return afterwards.verdict() == Verdict.HELD && meanwhile.verdict() == Verdict.DETECTED
          ? new Outcome(
              Verdict.DETECTED,
              meanwhile.code(),
              "one more was turned away (%s), the silent ones after the time limit, and then a move went well"
                  .formatted(meanwhile.observed()))
          : Outcome.notPrevented("the destination did not recover: " + afterwards.observed());
    } finally {
      silent.forEach(HostileSource::close);
    }
  }

  private static void refusal(HostileSource source) throws InterruptedException {
    try {
      source.control().receive();
    } catch (MigrationException refused) {
      // TIMED_OUT, as it ought to be: otherwise the next move tells.
    }
  }
}
