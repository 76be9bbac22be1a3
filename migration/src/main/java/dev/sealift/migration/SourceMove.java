package dev.sealift.migration;

import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.cert.PlatformChain;
import dev.sealift.migration.access.PeerIdentity;
import dev.sealift.migration.handover.SourceEvent;
import dev.sealift.migration.handover.SourceHandOver;
import dev.sealift.migration.handover.SourceStep;
import dev.sealift.migration.receipt.Receipt;
import dev.sealift.migration.trust.PlatformCredentials;
import dev.sealift.migration.trust.Verdict;
import dev.sealift.migration.wire.FailureCode;
import dev.sealift.migration.wire.Message;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.migration.wire.MoveId;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.GuestConfiguration;
import dev.sealift.vmm.SendSession;
import dev.sealift.vmm.VmmException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to move a guest away: whom it goes to, and how it ends. What lies between is {@link
 * SourceTransfer}.
 */
final class SourceMove {
  /** The direction of a move that is seen from here. */
  static final String OUTGOING = "outgoing";

  private final SourceHost host;
  private final Guest guest;
  private final MoveOptions options;
  private final MoveListener listener;
  private final MoveControl control;
  private final boolean rehearsal;
  private final MoveId move = MoveId.random(new SecureRandom());
  private final MoveLog log = new MoveLog(move);
  private final SourceLink link;
  private final LeavingGuest leaving;
  private final OwnedGuest owned;
  private final SourceHands hands;
  private @Nullable SourceTransfer transfer;
  private @Nullable SourceReceipt receipt;
  private boolean interrupted;

  /**
   * An attempt.
   *
   * @param rehearsal whether it ends before its first page, however well it began
   */
  SourceMove(
      SourceHost host,
      Guest guest,
      InetSocketAddress destination,
      MoveOptions options,
      MoveListener listener,
      MoveControl control,
      boolean rehearsal) {
    this.host = host;
    this.guest = guest;
    this.options = options;
    this.listener = listener;
    this.control = control;
    this.rehearsal = rehearsal;
    link = new SourceLink(host, destination, options.timeout(), null);
    leaving = new LeavingGuest(guest, guest.isRunning());
    owned = new OwnedGuest(host.ownership(), guest.configuration().name());
    hands = new SourceHands(leaving, owned, link, listener);
    log.wire(link::bytesSent);
    control.whenCalledOff(link::stop);
  }

  MoveOutcome run() {
    listener.begun(move);
    GuestConfiguration what = guest.configuration();
    String id = move.toString();
    new MoveBeginEvent(id, what.name(), OUTGOING, link.address().toString(), what.memoryBytes())
        .commit();
    MoveEndEvent end = MoveEndEvent.begin(id, what.name(), OUTGOING);
    MoveOutcome outcome = go();
    end.ended(outcome);
    return outcome;
  }

  private MoveOutcome go() {
    try (link) {
      var policy = new GuestPolicy(guest.sev().status().policy());
      SourceChecks.policy(policy);
      found("policy", "the guest's policy lets it be sent: " + policy);
      SourceChecks.readiness(guest.migrationControl().readiness());
      found("ready", "the guest says that it may be moved");
      SourceChecks.registers(guest, policy);
      return attempt(policy);
    } catch (VmmException refused) {
      return stayed(Failures.of(refused));
    } catch (MigrationException failure) {
      return stayed(failure);
    } finally {
      control.over();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void found(String check, String finding) {
    listener.checked(new Verdict.Rule(check, true, finding));
  }

  private MoveOutcome attempt(GuestPolicy policy) {
    SourceHandOver handOver = SourceHandOver.begin(host.journal(), move, hands);
    try {
      goAlong(handOver);
      transfer(handOver, policy);
    } catch (VmmException refused) {
      callOff(handOver, Failures.of(refused));
    } catch (MigrationException failure) {
      callOff(handOver, failure);
    } catch (OutOfMemoryError full) {
      callOff(handOver, Failures.of(full));
    } catch (RuntimeException mistake) {
      callOff(handOver, Failures.of(mistake));
    } catch (InterruptedException interruption) {
      interrupted = true;
      callOff(handOver, Failures.of(interruption));
    }
    link.settle();
    var settlement = new Settlement(handOver, hands, link, options.resumeLimit());
    settlement.run();
    interrupted |= settlement.wasInterrupted();
    return outcome(handOver.step(), settlement);
  }

  /** A move that could not take a step has ended. */
  private void goAlong(SourceHandOver handOver) throws MigrationException {
    SourceStep step = handOver.step();
    MigrationException failure = hands.failure();
    if (failure != null && (step == SourceStep.STAYED || step == SourceStep.WITHDRAWN)) {
      throw failure;
    }
  }

  /** Where a connection broke, the peer may have said why; unless it did, it is told. */
  private void callOff(SourceHandOver handOver, MigrationException failure) {
    MigrationException why = failure;
    try {
      why = link.explain(failure);
    } catch (InterruptedException interruption) {
      interrupted = true;
    }
    hands.because(why);
    handOver.hear(why.fromPeer() ? SourceEvent.Plain.ABORT : SourceEvent.Plain.CALLED_OFF);
  }

  private void transfer(SourceHandOver handOver, GuestPolicy policy)
      throws VmmException, MigrationException, InterruptedException {
    control.check();
    Message.Welcome welcome = link.open();
    PeerIdentity peer = PeerIdentity.of(link.control().peerCertificate());
    found("connection", "%s is %s".formatted(link.address(), peer.words()));
    found("protocol", "both hosts speak version " + welcome.version());
    SourceChecks.peer(host.peers(), link.control(), guest);
    found("peer", "this host's list lets it receive the guest");
    if (owned.hasRegistry()) {
      owned.checkMayGo(peer.key());
      found("owner", "the registry says that the guest is this host's, and knows the destination");
    }
    log.destinationEmulated(welcome.emulated());
    PlatformCredentials own = Peer.own(host.platform(), host.chain());
    PlatformCredentials destination = Peer.DESTINATION.read(welcome.platform());
    judge(destination, policy);
    control.check();
    PlatformChain chain = destination.chain();
    SendSession session =
        guest
            .sev()
            .sendStart(chain.pdh().bytes(), chain.platformCertificates(), chain.amdCertificates());
    leaving.started(session);
    handOver.hear(SourceEvent.Plain.STARTED);
    goAlong(handOver);
    found("send", "this platform opened a session with the destination's (SEND_START)");
    MoveOptions agreed =
        options.withDataConnections(
            Math.min(options.dataConnections(), welcome.mostDataConnections()));
    link.control()
        .send(
            new Message.Guest(
                move,
                guest.configuration().encode(),
                policy.word(),
                own.encode(),
                session.session(),
                agreed.dataConnections()));
    link.control().expect(Message.Ready.class);
    found(
        "destination",
        "its list and policy let the guest in, it has the memory and an ASID for it, and its platform opened the session (RECEIVE_START)");
    var proof =
        new SourceReceipt(guest, move, own, destination, host.emulated(), welcome.emulated());
    receipt = proof;
    hands.commit(proof::finished);
    try (RoundSender sender =
        RoundSender.open(guest, session, link.control(), move, link.address(), agreed)) {
      log.wire(sender::bytes);
      control.whenCalledOff(sender::stop);
      found("data", "%d data connections are open".formatted(agreed.dataConnections()));
      if (rehearsal) {
        throw new MigrationException(
            FailureCode.DRY_RUN, "it was a dry run: nothing stood in the way of the guest");
      }
      log.pagesPerCall(sender.pagesPerCall());
      var under =
          new SourceTransfer(
              guest, link, sender, session, handOver, hands, agreed, listener, control, log, proof);
      transfer = under;
      under.run();
    }
  }

  private void judge(PlatformCredentials peer, GuestPolicy policy) throws MigrationException {
    Verdict verdict = Peer.DESTINATION.judge(peer, host.policy(), host.chain(), policy);
    log.judged(verdict);
    listener.judged(peer, verdict);
    Peer.check(verdict);
  }

  private MoveOutcome outcome(SourceStep step, Settlement settlement) {
    return switch (step) {
      case HANDED_OVER -> {
        SourceTransfer done = transfer;
        if (done == null) {
          throw new IllegalStateException("a guest was handed over that was never sent");
        }
        Downtime downtime = done.downtime();
        MoveReport report = log.report();
        yield new MoveOutcome.Moved(report, downtime, receipt(done));
      }
      case FINISHED, COMMITTED ->
          new MoveOutcome.HandedOver(
              hands.isDisowned()
                  ? String.valueOf(hands.unowned())
                  : "the guest was finished here, but the destination was not heard to run it (%s); only the destination may run it"
                      .formatted(settlement.obstacle()),
              log.report());
      case WITHDRAWN -> {
        listener.warning(
            "the guest goes on here, but the destination could not be told yet (%s); until then it keeps a copy that it never runs"
                .formatted(settlement.obstacle()));
        yield stayed(failure());
      }
      case NEGOTIATING, SENDING, PAUSED, PREPARING, FINISHING, STAYED -> stayed(failure());
    };
  }

  private MigrationException failure() {
    MigrationException failure = hands.failure();
    return failure == null
        ? new MigrationException(FailureCode.OTHER, "the move ended without a reason")
        : failure;
  }

  /** The guest runs at the destination, whatever comes of its receipt. */
  private @Nullable Receipt receipt(SourceTransfer done) {
    if (receipt == null || link.isDown()) {
      listener.warning(
          "the guest runs at the destination, but there is no receipt: the connection was lost meanwhile");
      return null;
    }
    try {
      return receipt.exchange(link.control(), done.manifest(), log);
    } catch (MigrationException failed) {
      listener.warning(
          "the guest runs at the destination, but there is no receipt: " + failed.sentence());
    } catch (VmmException refused) {
      listener.warning(
          "the guest runs at the destination, but this platform did not sign the receipt: "
              + Failures.of(refused).sentence());
    } catch (InterruptedException tooLate) {
      interrupted = true;
    }
    return null;
  }

  private MoveOutcome stayed(MigrationException failure) {
    var reason = new StringBuilder(failure.sentence());
    leaving.faults().forEach(fault -> reason.append("; afterwards: ").append(fault));
    return new MoveOutcome.StayedAtSource(
        failure.code(), reason.toString(), failure.status(), log.report());
  }
}
