package dev.sealift.migration;

import dev.sealift.migration.handover.SourceEvent;
import dev.sealift.migration.handover.SourceHandOver;
import dev.sealift.migration.handover.SourceStep;
import dev.sealift.migration.wire.Bounds;
import dev.sealift.migration.wire.FailureCode;
import dev.sealift.migration.wire.Message;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.migration.wire.SharedRange;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.PageSet;
import dev.sealift.vmm.SendSession;
import dev.sealift.vmm.SevMode;
import dev.sealift.vmm.VcpuState;
import dev.sealift.vmm.VmmException;
import dev.sealift.vmm.VmsaPacket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The way of a guest from its first page to COMMIT: rounds while it runs, a last one while it is
 * paused, its state, and SEND_FINISH. A link that breaks while the guest runs is taken up again.
 */
final class SourceTransfer {
  private final Guest guest;
  private final SourceLink link;
  private final RoundSender sender;
  private final SendSession session;
  private final SourceHandOver handOver;
  private final SourceHands hands;
  private final MoveOptions options;
  private final MoveListener listener;
  private final MoveControl control;
  private final MoveLog log;
  private final SourceReceipt receipt;
  private final Laps laps = new Laps();
  private final List<Duration> parts = new ArrayList<>();
  private @Nullable GuestThrottle throttle;
  private byte[] manifest = {};
  private volatile Laps roundClock = laps;
  private volatile int round;
  private volatile int throttledTo;

  SourceTransfer(
      Guest guest,
      SourceLink link,
      RoundSender sender,
      SendSession session,
      SourceHandOver handOver,
      SourceHands hands,
      MoveOptions options,
      MoveListener listener,
      MoveControl control,
      MoveLog log,
      SourceReceipt receipt) {
    this.guest = guest;
    this.link = link;
    this.sender = sender;
    this.session = session;
    this.handOver = handOver;
    this.hands = hands;
    this.options = options;
    this.listener = listener;
    this.control = control;
    this.log = log;
    this.receipt = receipt;
  }

  /** Returns when COMMIT is said, or the move has ended before. */
  void run() throws VmmException, MigrationException, InterruptedException {
    control.show(this::progress);
    PageSet left = sendWhileRunning();
    control.check();
    laps.lap();
    receipt.paused();
    guest.pause();
    hear(SourceEvent.Plain.STOPPED);
    parts.add(laps.lap());
    sendTheRest(left);
    parts.add(laps.lap());
    sendState();
    parts.add(laps.lap());
    prepare();
    parts.add(laps.lap());
    control.show(null);
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    control.decide();
    hear(SourceEvent.Plain.PREPARED);
    parts.add(laps.lap());
  }

  private RoundProgress progress() {
    return new RoundProgress(
        round,
        sender.pages(),
        sender.sent(),
        roundClock.total().toNanos() / 1e6,
        log.bytes(),
        throttledTo);
  }

  /** Something happened; a move that ends with it goes no further. */
  private void hear(SourceEvent event) throws MigrationException {
    handOver.hear(event);
    SourceStep step = handOver.step();
    MigrationException failure = hands.failure();
    if (failure != null && (step == SourceStep.STAYED || step == SourceStep.WITHDRAWN)) {
      throw failure;
    }
  }

  /** How long the guest ran nowhere, now that it runs at the destination. */
  Downtime downtime() {
    return new Downtime(
        parts.get(0), parts.get(1), parts.get(2), parts.get(3), parts.get(4), laps.lap());
  }

  /** The root of the manifest of all that was sent. */
  byte[] manifest() {
    return manifest.clone();
  }

  /** Returns the pages that are still to go. */
  private PageSet sendWhileRunning() throws VmmException, MigrationException, InterruptedException {
    guest.dirtyLog().start();
    var convergence =
        new Convergence(options.downtimeTarget(), options.maxRounds(), options.mostThrottle());
    PageSet due = PageSet.all(guest.memory().pages());
    try (var brake = new GuestThrottle(guest)) {
      throttle = brake;
      @Nullable StopReason stop = null;
      while (stop == null) {
        brake.set(convergence.throttle());
        RoundReport round = sendRound(due, convergence.throttle());
        stop = convergence.afterRound(round.pages(), round.millis(), round.dirtyAfter());
      }
      log.stopped(stop);
    }
    return due;
  }

  private void sendTheRest(PageSet left)
      throws VmmException, MigrationException, InterruptedException {
    sender.liftLimit();
    guest.dirtyLog().fetchAndClear(left);
    sendRound(left, 0);
    if (!left.isEmpty()) {
      throw new MigrationException(
          FailureCode.HOST_FAILED,
          "%d pages changed while the guest was paused".formatted(left.count()));
    }
  }

  /** Sends a round; afterwards {@code due} holds the pages for the next one. */
  private RoundReport sendRound(PageSet due, int throttle)
      throws VmmException, MigrationException, InterruptedException {
    SourceChecks.readiness(guest.migrationControl().readiness());
    var event = new RoundEvent();
    event.begin();
    var lap = new Laps();
    roundClock = lap;
    round = log.rounds();
    throttledTo = throttle;
    long bytesBefore = log.bytes();
    RoundSender.Sent sent = send(log.rounds(), due);
    Duration took = lap.total();
    due.clear();
    due.addAll(sent.leftOver());
    guest.dirtyLog().fetchAndClear(due);
    var round =
        new RoundReport(
            log.rounds(),
            sent.pages(),
            sent.privatePackets(),
            sent.sharedPages(),
            log.bytes() - bytesBefore,
            took.toNanos() / 1e6,
            throttle,
            due.count());
    log.round(round);
    event.ended(handOver.move().toString(), round);
    listener.round(round);
    return round;
  }

  private RoundSender.Sent send(int number, PageSet due)
      throws VmmException, MigrationException, InterruptedException {
    try {
      control.check();
      return sender.send(number, due);
    } catch (MigrationException broken) {
      return takeUp(broken);
    }
  }

  /**
   * The link broke in the middle of a round: goes on where it stopped, on a new one. A guest that
   * stands still is not made to wait for that.
   */
  private RoundSender.Sent takeUp(MigrationException broken)
      throws VmmException, MigrationException, InterruptedException {
    var backoff = new Backoff(options.resumeLimit());
    MigrationException why = link.explain(broken);
    while (true) {
      if (!why.isOfTheLink() || handOver.step() != SourceStep.SENDING || backoff.isOver()) {
        throw why;
      }
      String move = handOver.move().toString();
      new LinkLostEvent(move, SourceMove.OUTGOING, why.sentence()).commit();
      listener.linkLost(why.sentence());
      link.drop();
      letRun();
      hear(SourceEvent.Plain.LOST);
      Message.Standing standing = reach(backoff, why);
      handOver.hear(new SourceEvent.Standing(standing.place()));
      if (handOver.step() != SourceStep.SENDING) {
        throw why;
      }
      try {
        sender.relink(link.control(), standing.progress());
        control.check();
        new LinkResumedEvent(move, SourceMove.OUTGOING).commit();
        listener.linkResumed();
        return sender.finish();
      } catch (MigrationException again) {
        why = link.explain(again);
      }
    }
  }

  /** Nothing is caught up with while there is no link: the guest is not slowed down for it. */
  private void letRun() {
    if (throttle != null) {
      throttle.set(0);
    }
  }

  private Message.Standing reach(Backoff backoff, MigrationException why)
      throws MigrationException, InterruptedException {
    while (!backoff.isOver()) {
      backoff.await();
      try {
        return link.resume(handOver.move());
      } catch (MigrationException unreached) {
        if (!unreached.isOfTheLink()) {
          throw unreached;
        }
      }
    }
    throw why;
  }

  private void sendState() throws VmmException, MigrationException {
    List<SharedRange> ranges = new ArrayList<>();
    guest
        .pageStatus()
        .shared()
        .forEachRange((first, count) -> ranges.add(new SharedRange(first, count)));
    int from = 0;
    do {
      int to = Math.min(from + Bounds.STATUS_RANGES, ranges.size());
      link.control().send(new Message.PageStatus(ranges.subList(from, to)));
      from = to;
    } while (from < ranges.size());
    link.control().send(new Message.VcpuState(0, vcpuState().encode()));
  }

  /** Encrypted registers go sealed, and never in any other way. */
  private VcpuState vcpuState() throws VmmException, MigrationException {
    if (SevMode.of(session.policy()) == SevMode.SEV) {
      return guest.vcpu().save();
    }
    VmsaPacket packet = session.updateVmsa(0);
    link.control().send(new Message.VcpuVmsa(0, packet.header(), packet.ciphertext()));
    return guest.vcpu().saveBesideRegisters();
  }

  private void prepare() throws MigrationException, InterruptedException {
    MoveReport sent = log.report();
    manifest = sender.manifest();
    hands.prepare(() ->
        new Message.Prepare(log.rounds(), sent.privatePackets(), sent.sharedPages(), manifest));
    hear(SourceEvent.Plain.ALL_SENT);
    Message.Prepared prepared = link.control().expect(Message.Prepared.class);
    if (!Arrays.equals(prepared.manifest(), manifest)) {
      throw new MigrationException(
          FailureCode.MANIFEST_DIFFERS,
          "the destination's manifest of the move is not this host's: it has not seen the same pages");
    }
  }
}
