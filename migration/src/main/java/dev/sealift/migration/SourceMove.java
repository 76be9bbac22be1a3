package dev.sealift.migration;

import dev.sealift.crypto.GuestPolicy;
import dev.sealift.crypto.cert.PlatformChain;
import dev.sealift.migration.trust.PlatformCredentials;
import dev.sealift.migration.trust.Verdict;
import dev.sealift.migration.wire.ControlConnection;
import dev.sealift.migration.wire.Message;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.migration.wire.MoveId;
import dev.sealift.migration.wire.Protocol;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.SendSession;
import dev.sealift.vmm.VmmException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;

/**
 * One attempt to move a guest away: whom it goes to, and how it ends. What lies between is {@link
 * SourceTransfer}.
 */
final class SourceMove {
  private final SourceHost host;
  private final Guest guest;
  private final InetSocketAddress destination;
  private final MoveOptions options;
  private final MoveListener listener;
  private final MoveId move = MoveId.random(new SecureRandom());
  private final MoveLog log = new MoveLog(move);
  private final List<String> cleanUpFaults = new ArrayList<>();
  private boolean interrupted;

  SourceMove(
      SourceHost host,
      Guest guest,
      InetSocketAddress destination,
      MoveOptions options,
      MoveListener listener) {
    this.host = host;
    this.guest = guest;
    this.destination = destination;
    this.options = options;
    this.listener = listener;
  }

  MoveOutcome run() {
    try {
      return attempt();
    } catch (VmmException refused) {
      return stayed(Failures.of(refused));
    } catch (MigrationException failure) {
      return stayed(failure);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private MoveOutcome attempt() throws VmmException, MigrationException {
    var policy = new GuestPolicy(guest.sev().status().policy());
    SourceChecks.policy(policy);
    SourceChecks.readiness(guest.migrationControl().readiness());
    SourceChecks.registers(guest, policy);
    var handOver = new HandOver<>(host.journal(), move, SourceStep.NEGOTIATING, listener::step);
    try (ControlConnection control =
        ControlConnection.connect(host.identity(), destination, options.timeout())) {
      log.wire(control::bytesSent);
      return explained(control, () -> negotiate(control, handOver, policy));
    } finally {
      if (handOver.current().mayRunHere()) {
        takeDown(() -> handOver.advance(SourceStep.STAYED));
      }
    }
  }

  private MoveOutcome negotiate(
      ControlConnection control, HandOver<SourceStep> handOver, GuestPolicy policy)
      throws VmmException, MigrationException, InterruptedException {
    control.send(
        new Message.Hello(Protocol.LOWEST_VERSION, Protocol.HIGHEST_VERSION, host.emulated()));
    Message.Welcome welcome = control.expect(Message.Welcome.class);
    if (Protocol.choose(welcome.version(), welcome.version()).isEmpty()) {
      throw ControlConnection.outOfTurn(welcome, "a version that both hosts speak");
    }
    log.destinationEmulated(welcome.emulated());
    PlatformCredentials own = Peer.own(host.platform(), host.chain());
    PlatformCredentials destination = Peer.DESTINATION.read(welcome.platform());
    judge(destination, policy);
    PlatformChain chain = destination.chain();
    boolean ran = guest.isRunning();
    SendSession session =
        guest
            .sev()
            .sendStart(chain.pdh().bytes(), chain.platformCertificates(), chain.amdCertificates());
    try {
      handOver.advance(SourceStep.SENDING);
      MoveOptions agreed =
          options.withDataConnections(
              Math.min(options.dataConnections(), welcome.mostDataConnections()));
      control.send(
          new Message.Guest(
              move,
              guest.configuration().encode(),
              policy.word(),
              own.encode(),
              session.session(),
              agreed.dataConnections()));
      control.expect(Message.Ready.class);
      var receipts =
          new SourceReceipt(guest, move, own, destination, host.emulated(), welcome.emulated());
      return transfer(control, handOver, session, agreed, receipts);
    } finally {
      if (handOver.current().mayRunHere()) {
        comeBack(session, ran);
      }
    }
  }

  private void judge(PlatformCredentials peer, GuestPolicy policy) throws MigrationException {
    Verdict verdict = Peer.DESTINATION.judge(peer, host.policy(), host.chain(), policy);
    log.judged(verdict);
    listener.judged(verdict);
    Peer.check(verdict);
  }

  private MoveOutcome transfer(
      ControlConnection control,
      HandOver<SourceStep> handOver,
      SendSession session,
      MoveOptions agreed,
      SourceReceipt receipt)
      throws VmmException, MigrationException, InterruptedException {
    try (RoundSender sender =
        RoundSender.open(guest, session, control, move, destination, agreed)) {
      log.wire(sender::bytes);
      log.pagesPerCall(sender.pagesPerCall());
      control.whenBroken(sender::abandon);
      var transfer =
          new SourceTransfer(
              guest, control, sender, session, handOver, agreed, listener, log, receipt);
      MoveOutcome outcome = transfer.run();
      interrupted |= transfer.wasInterrupted();
      return outcome;
    }
  }

  /** The guest goes on here as if nothing had been. */
  private void comeBack(SendSession session, boolean ran) {
    takeDown(session::cancel);
    if (guest.dirtyLog().isOn()) {
      takeDown(guest.dirtyLog()::stop);
    }
    if (ran) {
      takeDown(guest::resume);
    }
  }

  private interface Conversation {
    MoveOutcome hold() throws VmmException, MigrationException, InterruptedException;
  }

  /** Where a conversation fails, the peer is told, unless it was the peer who told us. */
  private MoveOutcome explained(ControlConnection control, Conversation conversation)
      throws MigrationException {
    MigrationException failure;
    try {
      return conversation.hold();
    } catch (VmmException refused) {
      failure = Failures.of(refused);
    } catch (MigrationException failed) {
      failure = failed;
    } catch (InterruptedException interruption) {
      interrupted = true;
      failure = Failures.of(interruption);
    }
    try {
      failure = control.explain(failure);
    } catch (InterruptedException interruption) {
      interrupted = true;
    }
    control.abort(failure);
    throw failure;
  }

  private interface Act {
    void run() throws VmmException, MigrationException;
  }

  private void takeDown(Act act) {
    try {
      act.run();
    } catch (VmmException | MigrationException fault) {
      cleanUpFaults.add(String.valueOf(fault.getMessage()));
    }
  }

  private MoveOutcome stayed(MigrationException failure) {
    var reason = new StringBuilder(failure.sentence());
    cleanUpFaults.forEach(fault -> reason.append("; afterwards: ").append(fault));
    return new MoveOutcome.StayedAtSource(
        failure.code(), reason.toString(), failure.status(), log.report());
  }
}
