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
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.ReceiveSession;
import dev.sealift.vmm.VmmException;
import java.util.List;

/** One guest that is sent twice, with one session. */
public final class ClonedSession implements Attack {
  private static final Card CARD =
      new Card(
          "clone-session",
          Attacker.PEER,
          "as the source, sends the same session and packets in two moves, under seals that hold",
          Verdict.NOT_PREVENTED,
          Verdict.NOT_PREVENTED,
          "RECEIVE_START does not remember sessions, and a source that lies need not repeat one: it"
              + " can make another (two-destinations); both moves are in both hosts' journals");

  @Override
  public Card card() {
    return CARD;
  }

  @Override
  public Outcome againstSev(Lab lab) throws Exception {
    try (Witness guest = lab.launch();
        BareMove move = BareMove.begin(lab, guest)) {
      List<Packet> all = move.sealAll();
      move.giveAll(all);
      Witness arrived = move.finish();
      try (Guest clone = lab.destination().create(guest.guest().configuration())) {
        ReceiveSession again = BareMove.receiveStart(clone, lab.source(), move.sending());
        BareMove.giveAll(lab.destination(), again, all);
        again.finish();
        clone.vcpu().restore(guest.guest().vcpu().save());
        clone.run();
        return two(arrived, lab.destination().witness(clone));
      }
    }
  }

  @Override
  public Outcome againstSealift(Lab lab) throws Exception {
    try (Witness guest = lab.launch();
        Passage passage = Passage.open(lab);
        HostileSource first = HostileSource.connect(lab, passage);
        HostileSource second = HostileSource.connect(lab, passage)) {
      first.begin(guest);
      List<Packet> all = first.sealAll();
      finish(first, guest, all);
      second.greet();
      second.borrow(first.session());
      second.offer(guest);
      finish(second, guest, all);
      try (Witness one = passage.arrived();
          Witness two = passage.arrived()) {
        return two(one, two);
      }
    }
  }

  private static void finish(HostileSource source, Witness guest, List<Packet> all)
      throws MigrationException, VmmException, InterruptedException {
    source.send(all);
    source.endRound();
    source.sendState(guest, List.of());
    source.prepare();
    source.commit();
  }

  private static Outcome two(Witness one, Witness other) throws Exception {
    return one.answers() && other.answers()
        ? Outcome.notPrevented("two guests with the same memory run at the destination")
        : Outcome.held("one guest runs");
  }
}
