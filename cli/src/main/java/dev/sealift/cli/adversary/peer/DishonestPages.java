package dev.sealift.cli.adversary.peer;

import dev.sealift.cli.adversary.Attack;
import dev.sealift.cli.adversary.Attacker;
import dev.sealift.cli.adversary.Card;
import dev.sealift.cli.adversary.Outcome;
import dev.sealift.cli.adversary.Verdict;
import dev.sealift.cli.adversary.lab.BareMove;
import dev.sealift.cli.adversary.lab.HostileSource;
import dev.sealift.cli.adversary.lab.Lab;
import dev.sealift.cli.adversary.lab.Packet;
import dev.sealift.cli.adversary.lab.Passage;
import dev.sealift.cli.adversary.lab.Witness;
import java.util.List;

/** A source that sends packets which its firmware made, but not as they belong. */
public final class DishonestPages implements Attack {

  /** What it does with them. */
  public enum Deed {
    STALE("stale-page-by-source", "sends an old packet of a page in the last round") {
      @Override
      List<Packet> last(Packet old, Packet other, Packet now) {
        return List.of(old);
      }
    },
    SWAPPED("swap-pages-by-source", "sends a page's packet for another page's address") {
      @Override
      List<Packet> last(Packet old, Packet other, Packet now) {
        return List.of(other.to(Witness.PAGE), now.to(Witness.OTHER_PAGE));
      }
    },
    SKIPPED("skip-page-by-source", "does not send a page again that the guest wrote to") {
      @Override
      List<Packet> last(Packet old, Packet other, Packet now) {
        return List.of();
      }
    };

    private final String word;
    private final String deed;

    Deed(String word, String deed) {
      this.word = word;
      this.deed = deed;
    }

    abstract List<Packet> last(Packet old, Packet other, Packet now);
  }

  private final Deed deed;

  public DishonestPages(Deed deed) {
    this.deed = deed;
  }

  @Override
  public Card card() {
    return new Card(
        deed.word,
        Attacker.PEER,
        "as the source, " + deed.deed + ", under seals and a manifest that hold",
        Verdict.NOT_PREVENTED,
        Verdict.NOT_PREVENTED,
        "the batch key is the source host's, and SEV's packets know neither address nor age; the"
            + " guest is as safe as its hosts are honest: SEV-SNP binds each page to its address"
            + " and age");
  }

  @Override
  public Outcome againstSev(Lab lab) throws Exception {
    try (Witness guest = lab.launch();
        BareMove move = BareMove.begin(lab, guest)) {
      List<Packet> all = move.sealAll();
      move.giveAll(all);
      guest.write(Witness.PAGE, 2);
      move.giveAll(last(all, move.seal(Witness.PAGE)));
      return move.finishAndLook();
    }
  }

  @Override
  public Outcome againstSealift(Lab lab) throws Exception {
    try (Witness guest = lab.launch();
        Passage passage = Passage.open(lab);
        HostileSource source = HostileSource.connect(lab, passage)) {
      source.begin(guest);
      List<Packet> all = source.sealAll();
      source.send(all);
      source.endRound();
      guest.write(Witness.PAGE, 2);
      source.send(last(all, source.seal(Witness.PAGE)));
      source.endRound();
      source.sendState(guest, List.of());
      source.prepare();
      source.session().finish();
      source.commit();
      try (Witness arrived = passage.arrived()) {
        return Passage.sees(arrived, guest.written(Witness.PAGE));
      }
    }
  }

  private List<Packet> last(List<Packet> all, Packet now) {
    return deed.last(all.get((int) Witness.PAGE), all.get((int) Witness.OTHER_PAGE), now);
  }
}
