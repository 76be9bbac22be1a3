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
import dev.sealift.migration.wire.FailureCode;
import dev.sealift.migration.wire.Manifest;
import dev.sealift.migration.wire.Message;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.GuestConfiguration;
import dev.sealift.vmm.ReceiveSession;
import dev.sealift.vmm.VcpuState;
import dev.sealift.vmm.VmmException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A destination that runs the guest though it was not committed to it. */
public final class StolenGuest implements Attack {
  private static final Card CARD =
      new Card(
          "run-without-commit",
          Attacker.PEER,
          "as the destination, takes all pages, calls the move off, and runs the guest all the same",
          Verdict.NOT_PREVENTED,
          Verdict.NOT_PREVENTED,
          "RECEIVE_FINISH asks nobody: a platform that holds a whole guest can run it; send guests"
              + " to hosts that are trusted not to (chips, owners, TLS identities). The copy has no"
              + " receipt that its source signed, and its attestation has a launch digest of zeros");

  @Override
  public Card card() {
    return CARD;
  }

  @Override
  public Outcome againstSev(Lab lab) throws Exception {
    try (Witness guest = lab.launch();
        BareMove move = BareMove.begin(lab, guest)) {
      move.passAll();
      Witness stolen = move.runAtDestination();
      move.cancel();
      guest.guest().resume();
      return guest.answers() && stolen.read(Witness.PAGE) == 1
          ? Outcome.notPrevented("RECEIVE_FINISH, then SEND_CANCEL: the guest runs at both hosts")
          : Outcome.held("the guest runs at one host");
    }
  }

  @Override
  public Outcome againstSealift(Lab lab) throws Exception {
    CompletableFuture<Guest> stolen = new CompletableFuture<>();
    try (Witness guest = lab.launch();
        HostileDestination hostile =
            HostileDestination.listen(
                lab,
                source -> {
                  source.welcome();
                  Message.Guest offer = source.guest();
                  HostileDestination.Taken taken = source.take(offer, new Manifest(1));
                  stolen.complete(run(lab, offer, taken));
                  source
                      .control()
                      .abort(new MigrationException(FailureCode.CANCELLED, "another time"));
                })) {
      Outcome stayed =
          Passage.stayed(guest, Passage.move(lab, guest, hostile.address(), Passage.TIMEOUT));
      try (Guest copy = stolen.get(Passage.TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
        return lab.destination().witness(copy).read(Witness.PAGE) == 1
            ? Outcome.notPrevented(
                "the guest runs on at its source (%s: %s), and a copy runs at the destination"
                    .formatted(stayed.code(), stayed.observed()))
            : stayed;
      }
    }
  }

  private static Guest run(Lab lab, Message.Guest offer, HostileDestination.Taken taken)
      throws VmmException {
    Guest guest = lab.destination().create(GuestConfiguration.decode(offer.configuration()));
    ReceiveSession session =
        guest
            .sev()
            .receiveStart(offer.policy(), lab.source().chain().pdh().bytes(), offer.session());
    BareMove.giveAll(lab.destination(), session, taken.packets());
    session.finish();
    guest.vcpu().restore(VcpuState.decode(taken.vcpuState()));
    guest.run();
    return guest;
  }
}
