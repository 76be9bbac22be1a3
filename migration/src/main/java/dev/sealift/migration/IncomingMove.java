package dev.sealift.migration;

import dev.sealift.crypto.GuestPolicy;
import dev.sealift.migration.trust.PlatformCredentials;
import dev.sealift.migration.trust.Verdict;
import dev.sealift.migration.wire.ControlConnection;
import dev.sealift.migration.wire.DataGate;
import dev.sealift.migration.wire.FailureCode;
import dev.sealift.migration.wire.Listener;
import dev.sealift.migration.wire.Manifest;
import dev.sealift.migration.wire.Message;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.migration.wire.MoveId;
import dev.sealift.migration.wire.Protocol;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.GuestConfiguration;
import dev.sealift.vmm.ReceiveSession;
import dev.sealift.vmm.VmmException;

/**
 * One control connection of a destination: who comes, and how it ends. What lies between is {@link
 * DestinationTransfer}.
 */
final class IncomingMove {
  private final DestinationHost host;
  private final DestinationOptions options;
  private final Listener listener;
  private final ArrivalListener arrivals;
  private final ControlConnection control;

  IncomingMove(
      DestinationHost host,
      DestinationOptions options,
      Listener listener,
      ArrivalListener arrivals,
      ControlConnection control) {
    this.host = host;
    this.options = options;
    this.listener = listener;
    this.arrivals = arrivals;
    this.control = control;
  }

  /** Talks to the source until the guest runs here or nothing of it is left. */
  void run() {
    try (control) {
      converse();
    }
  }

  /** Ends the move, unless the guest is committed to this host. */
  void cancel() {
    control.fail(
        new MigrationException(FailureCode.CANCELLED, "the destination stops taking guests"));
  }

  /** Turns the source away. */
  void refuse(String sentence) {
    try (control) {
      control.abort(new MigrationException(FailureCode.GUEST_REFUSED, sentence));
    }
  }

  private void converse() {
    MigrationException failure;
    try {
      Greeting greeting = greet();
      accept(control.expect(Message.Guest.class), greeting);
      return;
    } catch (VmmException refused) {
      failure = Failures.of(refused);
    } catch (MigrationException failed) {
      failure = failed;
    } catch (InterruptedException interrupted) {
      failure = Failures.of(interrupted);
    }
    try {
      failure = control.explain(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    control.abort(failure);
    arrivals.refused(failure);
  }

  /**
   * What was said before a guest was offered.
   *
   * @param own what this platform showed
   * @param sourceEmulated whether the source's Secure Processor is software
   */
  private record Greeting(PlatformCredentials own, boolean sourceEmulated) {}

  private Greeting greet() throws VmmException, MigrationException, InterruptedException {
    Message.Hello hello = control.expect(Message.Hello.class);
    int version =
        Protocol.choose(hello.lowestVersion(), hello.highestVersion())
            .orElseThrow(() ->
                new MigrationException(
                    FailureCode.NO_COMMON_VERSION,
                    "the source speaks versions %d to %d of the protocol, the destination %d to %d"
                        .formatted(
                            hello.lowestVersion(),
                            hello.highestVersion(),
                            Protocol.LOWEST_VERSION,
                            Protocol.HIGHEST_VERSION)));
    PlatformCredentials own = Peer.own(host.platform(), host.chain());
    control.send(
        new Message.Welcome(version, host.emulated(), options.maxDataConnections(), own.encode()));
    return new Greeting(own, hello.emulated());
  }

  private void accept(Message.Guest offer, Greeting greeting)
      throws VmmException, MigrationException, InterruptedException {
    GuestConfiguration configuration =
        DestinationChecks.guest(offer, options, host.platform().status());
    MoveId move = offer.move();
    var receipt =
        new DestinationReceipt(
            offer, judge(offer), greeting.own(), greeting.sourceEmulated(), host.emulated());
    try (DataGate gate = listener.expect(control, move, offer.dataConnections())) {
      Guest guest = create(configuration);
      boolean arrived = false;
      try {
        arrived = receive(offer, guest, gate, receipt);
      } finally {
        if (!arrived) {
          guest.close();
        }
      }
    }
  }

  /** The firmware of a destination asks nobody who sends it a guest; this host does. */
  private PlatformCredentials judge(Message.Guest offer) throws MigrationException {
    PlatformCredentials source = Peer.SOURCE.read(offer.platform());
    Verdict verdict =
        Peer.SOURCE.judge(source, host.policy(), host.chain(), new GuestPolicy(offer.policy()));
    arrivals.judged(offer.move(), verdict);
    Peer.check(verdict);
    return source;
  }

  private Guest create(GuestConfiguration configuration) throws MigrationException {
    try {
      return host.guests().create(configuration);
    } catch (VmmException refused) {
      throw new MigrationException(
          FailureCode.GUEST_REFUSED,
          "this destination cannot make the guest: " + refused.getMessage(),
          refused.status(),
          refused);
    }
  }

  /** Returns whether the guest runs here now. */
  private boolean receive(
      Message.Guest offer, Guest guest, DataGate gate, DestinationReceipt receipt)
      throws VmmException, MigrationException, InterruptedException {
    DestinationChecks.registers(guest);
    MoveId move = offer.move();
    ReceiveSession session =
        guest
            .sev()
            .receiveStart(offer.policy(), receipt.source().chain().pdh().bytes(), offer.session());
    var handOver =
        new HandOver<>(
            host.journal(), move, DestinationStep.RECEIVING, step -> arrivals.step(move, step));
    var manifest = new Manifest(offer.dataConnections());
    control.keep(manifest);
    var ledger = new PageLedger(guest.memory().pages(), offer.dataConnections());
    try (PageReceiver _ =
        PageReceiver.start(
            guest.machine().host(),
            session,
            ledger,
            control,
            gate,
            manifest,
            offer.dataConnections(),
            options.timeout())) {
      control.whenBroken(
          () -> ledger.fail(new MigrationException(FailureCode.LINK_LOST, "the source was lost")));
      control.send(new Message.Ready());
      return new DestinationTransfer(
              guest,
              control,
              session,
              ledger,
              manifest,
              handOver,
              options.timeout(),
              arrivals,
              receipt)
          .run();
    } finally {
      if (handOver.current().next().contains(DestinationStep.TORN_DOWN)) {
        tearDown(handOver);
      }
    }
  }

  private void tearDown(HandOver<DestinationStep> handOver) {
    try {
      handOver.advance(DestinationStep.TORN_DOWN);
    } catch (MigrationException unwritten) {
      arrivals.warning(unwritten.sentence());
    }
  }
}
