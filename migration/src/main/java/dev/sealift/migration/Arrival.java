package dev.sealift.migration;

import dev.sealift.crypto.GuestPolicy;
import dev.sealift.migration.access.KeyFingerprint;
import dev.sealift.migration.access.PeerIdentity;
import dev.sealift.migration.handover.DestinationHandOver;
import dev.sealift.migration.trust.PlatformCredentials;
import dev.sealift.migration.trust.Verdict;
import dev.sealift.migration.wire.ControlConnection;
import dev.sealift.migration.wire.DataGate;
import dev.sealift.migration.wire.FailureCode;
import dev.sealift.migration.wire.Listener;
import dev.sealift.migration.wire.Message;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.migration.wire.MoveId;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.GuestConfiguration;
import dev.sealift.vmm.ReceiveSession;
import dev.sealift.vmm.VmmException;

/**
 * How a move begins at its destination: the source is held against this host's policy, the guest is
 * made, RECEIVE_START is done. Where that fails nothing is left.
 *
 * @param listener lets the data connections in
 */
record Arrival(
    DestinationHost host, DestinationOptions options, Listener listener, ArrivalListener arrivals) {

  /** Returns the move, which has said READY; it has the connection from now on. */
  IncomingMove begin(
      ControlConnection control, Message.Hello hello, PlatformCredentials own, Message.Guest offer)
      throws VmmException, MigrationException {
    GuestConfiguration configuration =
        DestinationChecks.guest(offer, options, host.platform().status());
    DestinationChecks.peer(host.peers(), control, configuration);
    new OwnedGuest(host.ownership(), configuration.name())
        .checkMayCome(KeyFingerprint.of(control.peerCertificate().getPublicKey()));
    // No two moves of one name get past this, so whoever listens can tell them by it.
    DataGate gate = listener.expect(control, offer.move(), offer.dataConnections());
    arrivals.coming(offer.move(), configuration, PeerIdentity.of(control.peerCertificate()));
    try {
      var receipt =
          new DestinationReceipt(offer, judge(offer), own, hello.emulated(), host.emulated());
      return begin(control, offer, receipt, gate, create(offer.move(), configuration));
    } catch (VmmException refused) {
      gate.close();
      arrivals.gone(offer.move(), Failures.of(refused));
      throw refused;
    } catch (MigrationException refused) {
      gate.close();
      arrivals.gone(offer.move(), refused);
      throw refused;
    } catch (OutOfMemoryError full) {
      gate.close();
      arrivals.gone(offer.move(), Failures.of(full));
      throw full;
    }
  }

  private IncomingMove begin(
      ControlConnection control,
      Message.Guest offer,
      DestinationReceipt receipt,
      DataGate gate,
      Guest guest)
      throws VmmException, MigrationException {
    try {
      DestinationChecks.registers(guest);
      ReceiveSession session =
          guest
              .sev()
              .receiveStart(
                  offer.policy(), receipt.source().chain().pdh().bytes(), offer.session());
      var arriving = new ArrivingGuest(guest, session);
      Reception reception =
          Reception.open(offer, listener, control, gate, arriving, session, options, receipt);
      return begin(control, offer, arriving, reception);
    } catch (VmmException | MigrationException | OutOfMemoryError failed) {
      guest.close();
      throw failed;
    }
  }

  private IncomingMove begin(
      ControlConnection control, Message.Guest offer, ArrivingGuest guest, Reception reception)
      throws MigrationException {
    var move =
        new IncomingMove(
            offer.move(),
            KeyFingerprint.of(control.peerCertificate().getPublicKey()).hex(),
            guest,
            host.ownership(),
            reception,
            control,
            options,
            arrivals);
    try {
      move.goBy(DestinationHandOver.begin(host.journal(), offer.move(), move));
      move.checkBegun();
      keep(offer.move(), guest.guest());
      control.send(new Message.Ready());
      return move;
    } catch (MigrationException | OutOfMemoryError failed) {
      move.abandon();
      reception.close();
      throw failed;
    }
  }

  /** The firmware of a destination asks nobody who sends it a guest; this host does. */
  private PlatformCredentials judge(Message.Guest offer) throws MigrationException {
    PlatformCredentials source = Peer.SOURCE.read(offer.platform());
    Verdict verdict =
        Peer.SOURCE.judge(source, host.policy(), host.chain(), new GuestPolicy(offer.policy()));
    arrivals.judged(offer.move(), source, verdict);
    Peer.check(verdict);
    return source;
  }

  private Guest create(MoveId move, GuestConfiguration configuration) throws MigrationException {
    try {
      return host.guests().create(move, configuration);
    } catch (VmmException refused) {
      throw refused("make", refused);
    }
  }

  private void keep(MoveId move, Guest guest) throws MigrationException {
    try {
      host.guests().keep(move, guest);
    } catch (VmmException refused) {
      throw refused("keep", refused);
    }
  }

  private static MigrationException refused(String deed, VmmException why) {
    return new MigrationException(
        FailureCode.GUEST_REFUSED,
        "this destination cannot %s the guest: %s".formatted(deed, why.getMessage()),
        why.status(),
        why);
  }
}
