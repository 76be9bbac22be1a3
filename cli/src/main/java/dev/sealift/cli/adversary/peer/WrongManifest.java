package dev.sealift.cli.adversary.peer;

import dev.sealift.cli.adversary.Attack;
import dev.sealift.cli.adversary.Attacker;
import dev.sealift.cli.adversary.Card;
import dev.sealift.cli.adversary.Outcome;
import dev.sealift.cli.adversary.Verdict;
import dev.sealift.cli.adversary.lab.Answers;
import dev.sealift.cli.adversary.lab.Lab;
import dev.sealift.cli.adversary.lab.Witness;
import dev.sealift.migration.wire.Manifest;
import java.util.List;

/** A source that says in the end that it sent something else. */
public final class WrongManifest implements Attack {
  private static final Card CARD =
      new Card(
          "wrong-manifest",
          Attacker.PEER,
          "as the source, states another manifest in the end than that of what it sent",
          Verdict.HELD,
          Verdict.DETECTED);

  @Override
  public Card card() {
    return CARD;
  }

  @Override
  public Outcome againstSev(Lab lab) {
    return Outcome.held("SEV keeps no manifest that could be wrong");
  }

  @Override
  public Outcome againstSealift(Lab lab) throws Exception {
    try (Witness guest = lab.launch()) {
      return Answers.to(
          lab,
          source -> {
            source.begin(guest);
            source.send(source.sealAll());
            source.endRound();
            source.sendState(guest, List.of());
            source.prepare(new byte[Manifest.ROOT_SIZE]);
          });
    }
  }
}
