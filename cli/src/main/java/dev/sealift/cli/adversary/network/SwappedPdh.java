package dev.sealift.cli.adversary.network;

import dev.sealift.cli.adversary.Attack;
import dev.sealift.cli.adversary.Attacker;
import dev.sealift.cli.adversary.Card;
import dev.sealift.cli.adversary.Outcome;
import dev.sealift.cli.adversary.Verdict;
import dev.sealift.cli.adversary.lab.HostileDestination;
import dev.sealift.cli.adversary.lab.Lab;
import dev.sealift.cli.adversary.lab.MadePlatform;
import dev.sealift.cli.adversary.lab.Passage;
import dev.sealift.cli.adversary.lab.Witness;

/** A man in the middle with a PDH of his own. */
public final class SwappedPdh implements Attack {
  private static final Card CARD =
      new Card(
          "swap-pdh",
          Attacker.NETWORK,
          "stands in the middle and shows the source a PDH of its own in the destination's place",
          Verdict.NOT_PREVENTED,
          Verdict.DETECTED);

  @Override
  public Card card() {
    return CARD;
  }

  @Override
  public Outcome againstSev(Lab lab) throws Exception {
    try (Witness guest = lab.launch()) {
      return madePlatform(lab).lure(lab, guest);
    }
  }

  @Override
  public Outcome againstSealift(Lab lab) throws Exception {
    MadePlatform middle = madePlatform(lab);
    try (Witness guest = lab.launch();
        HostileDestination posing =
            HostileDestination.listen(
                lab.destination(),
                lab.stranger(),
                source -> source.welcome(middle.credentials()))) {
      return Passage.stayed(guest, Passage.move(lab, guest, posing.address(), Passage.TIMEOUT));
    }
  }

  private static MadePlatform madePlatform(Lab lab) throws Exception {
    return MadePlatform.create(lab.random(), cek -> cek, lab.root().ask(), lab.root().ark());
  }
}
