package dev.sealift.cli.adversary.peer;

import dev.sealift.abi.FirmwareStatus;
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
import dev.sealift.cli.adversary.lab.Refusal;
import dev.sealift.cli.adversary.lab.Witness;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.migration.wire.Place;
import java.util.List;

/** A source that goes on with a session whose guest has long been running elsewhere. */
public final class ResumedAfterEnd implements Attack {
  private static final Card CARD =
      new Card(
          "resume-ended-move",
          Attacker.PEER,
          "as the source, takes up a move that has ended, to write old pages into a running guest",
          Verdict.DETECTED,
          Verdict.DETECTED);

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
      move.finish();
      FirmwareStatus refused = Refusal.of(() -> move.giveAll(all));
      return refused == null
          ? Outcome.notPrevented("RECEIVE_UPDATE_DATA took an old page after RECEIVE_FINISH")
          : Outcome.detected(
              refused, "RECEIVE_UPDATE_DATA refused: the guest is not being received");
    }
  }

  @Override
  public Outcome againstSealift(Lab lab) throws Exception {
    try (Witness guest = lab.launch();
        Passage passage = Passage.open(lab);
        HostileSource first = HostileSource.connect(lab, passage)) {
      first.moveWithoutFinish(guest);
      first.control().close();
      try (Witness arrived = passage.arrived()) {
        if (standing(lab, passage, first) == Place.RECEIVING) {
          return Outcome.notPrevented("the destination takes more of the guest's memory");
        }
        Outcome again = beginAgain(lab, passage, first, guest);
        Outcome seen = Passage.sees(arrived, guest.written(Witness.PAGE));
        return seen.verdict() == Verdict.HELD ? again : seen;
      }
    }
  }

  /** A move that is just ending may take the new link with it: then it is asked once more. */
  private static Place standing(Lab lab, Passage passage, HostileSource first) throws Exception {
    while (true) {
      try (HostileSource late = HostileSource.connect(lab, passage)) {
        late.greet();
        return late.resume(first.move());
      } catch (MigrationException lost) {
        if (!lost.isOfTheLink()) {
          throw lost;
        }
      }
    }
  }

  private static Outcome beginAgain(Lab lab, Passage passage, HostileSource first, Witness guest)
      throws Exception {
    try (HostileSource again = HostileSource.connect(lab, passage)) {
      again.rename(first.move());
      again.greet();
      again.borrow(first.session());
      again.offer(guest);
      return Outcome.notPrevented("the destination begins the move anew");
    } catch (MigrationException refused) {
      if (!refused.fromPeer()) {
        throw refused;
      }
      return Outcome.detected(refused.code(), refused.sentence());
    }
  }
}
