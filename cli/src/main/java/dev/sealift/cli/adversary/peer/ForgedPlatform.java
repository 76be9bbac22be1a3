package dev.sealift.cli.adversary.peer;

import dev.sealift.cli.adversary.Attack;
import dev.sealift.cli.adversary.Attacker;
import dev.sealift.cli.adversary.Card;
import dev.sealift.cli.adversary.Outcome;
import dev.sealift.cli.adversary.Verdict;
import dev.sealift.cli.adversary.lab.ForgedRoot;
import dev.sealift.cli.adversary.lab.HostileDestination;
import dev.sealift.cli.adversary.lab.Lab;
import dev.sealift.cli.adversary.lab.MadePlatform;
import dev.sealift.cli.adversary.lab.Passage;
import dev.sealift.cli.adversary.lab.Witness;
import dev.sealift.crypto.GuestPolicy;

/** A destination that shows a platform of its own making. */
public final class ForgedPlatform implements Attack {

  /** How good the forgery is. */
  public enum Forgery {
    UNSIGNED("unsigned-platform", "whose CEK nobody signed, under the true ASK and ARK") {
      @Override
      MadePlatform make(Lab lab) throws Exception {
        return MadePlatform.create(lab.random(), cek -> cek, lab.root().ask(), lab.root().ark());
      }
    },
    FOREIGN_CEK("forged-cek", "whose CEK another key signed, under the true ASK and ARK") {
      @Override
      MadePlatform make(Lab lab) throws Exception {
        ForgedRoot forged = lab.forgedRoot();
        return MadePlatform.create(lab.random(), forged::sign, lab.root().ask(), lab.root().ark());
      }
    },
    OWN_ROOT("forged-root", "under a root of its own that is named like the true one") {
      @Override
      MadePlatform make(Lab lab) throws Exception {
        ForgedRoot forged = lab.forgedRoot();
        return MadePlatform.create(lab.random(), forged::sign, forged.ask(), forged.ark());
      }
    };

    private final String word;
    private final String how;

    Forgery(String word, String how) {
      this.word = word;
      this.how = how;
    }

    abstract MadePlatform make(Lab lab) throws Exception;
  }

  private final Forgery forgery;

  public ForgedPlatform(Forgery forgery) {
    this.forgery = forgery;
  }

  @Override
  public Card card() {
    return new Card(
        forgery.word,
        Attacker.PEER,
        "as the destination, shows a platform that exists on paper only, " + forgery.how,
        Verdict.NOT_PREVENTED,
        Verdict.DETECTED);
  }

  /** Only a guest whose policy says SEV is looked after by the firmware. */
  @Override
  public Outcome againstSev(Lab lab) throws Exception {
    MadePlatform made = forgery.make(lab);
    Outcome bound;
    try (Witness guest = lab.launch(GuestPolicy.of(GuestPolicy.Flag.SEV))) {
      bound = made.lure(lab, guest);
    }
    try (Witness guest = lab.launch()) {
      Outcome unbound = made.lure(lab, guest);
      return new Outcome(
          unbound.verdict(),
          unbound.code(),
          "%s; of a guest whose policy says SEV: %s (%s)"
              .formatted(unbound.observed(), bound.observed(), bound.code()));
    }
  }

  @Override
  public Outcome againstSealift(Lab lab) throws Exception {
    MadePlatform made = forgery.make(lab);
    try (Witness guest = lab.launch();
        HostileDestination hostile =
            HostileDestination.listen(lab, source -> source.welcome(made.credentials()))) {
      return Passage.stayed(guest, Passage.move(lab, guest, hostile.address(), Passage.TIMEOUT));
    }
  }
}
