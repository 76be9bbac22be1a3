package dev.sealift.cli.adversary.network;

import dev.sealift.cli.adversary.Attack;
import dev.sealift.cli.adversary.Attacker;
import dev.sealift.cli.adversary.Card;
import dev.sealift.cli.adversary.Outcome;
import dev.sealift.cli.adversary.Verdict;
import dev.sealift.cli.adversary.lab.BareMove;
import dev.sealift.cli.adversary.lab.Lab;
import dev.sealift.cli.adversary.lab.Packet;
import dev.sealift.cli.adversary.lab.Passage;
import dev.sealift.cli.adversary.lab.Witness;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.ReceiveSession;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.util.List;
import java.util.Optional;

/** Everything that a source said in a move that went well, said again. */
public final class ReplayedMove implements Attack {
  private static final Card CARD =
      new Card(
          "replay-move",
          Attacker.NETWORK,
          "records a whole move that goes well, and plays it to the destination again",
          Verdict.NOT_PREVENTED,
          Verdict.HELD);

  @Override
  public Card card() {
    return CARD;
  }

  @Override
  public Outcome againstSev(Lab lab) throws Exception {
    try (Witness guest = lab.launch();
        BareMove move = BareMove.begin(lab, guest)) {
      List<Packet> recorded = move.sealAll();
      move.giveAll(recorded);
      Witness arrived = move.finish();
      Guest clone = lab.destination().create(guest.guest().configuration());
      try (clone) {
        ReceiveSession again = BareMove.receiveStart(clone, lab.source(), move.sending());
        BareMove.giveAll(lab.destination(), again, recorded);
        again.finish();
        clone.vcpu().restore(guest.guest().vcpu().save());
        clone.run();
        Witness second = lab.destination().witness(clone);
        boolean two = arrived.answers() && second.read(Witness.PAGE) == 1;
        return two
            ? Outcome.notPrevented(
                "RECEIVE_START took the recorded session a second time: two guests with the same"
                    + " memory run at the destination")
            : Outcome.held("the second guest does not run");
      }
    }
  }

  @Override
  public Outcome againstSealift(Lab lab) throws Exception {
    try (Witness guest = lab.launch();
        Passage passage = Passage.open(lab)) {
      Outcome first = passage.judge(guest, passage.move(guest, lab.source().policy()));
      if (first.verdict() != Verdict.HELD) {
        return first;
      }
      Passage.awaitNoGuest(lab.destination());
      for (byte[] stream : passage.link().recorded()) {
        play(stream, passage);
      }
      Optional<Witness> second = passage.arrivedWithin(Passage.SHORT_TIMEOUT);
      return second.isPresent() || lab.destination().guests() > 0
          ? Outcome.notPrevented("the destination took the guest a second time")
          : Outcome.held(
              "the destination hung up: a recorded TLS handshake does not fit its new one, and no"
                  + " data connection is due");
    }
  }

  private static void play(byte[] stream, Passage passage) throws IOException {
    try (Socket socket = new Socket(passage.address().getAddress(), passage.address().getPort())) {
      socket.getOutputStream().write(stream);
      socket.shutdownOutput();
      socket.getInputStream().readAllBytes();
    } catch (SocketException hungUp) {
      // That is the answer.
    }
  }
}
