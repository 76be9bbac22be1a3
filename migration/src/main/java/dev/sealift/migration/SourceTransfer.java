package dev.sealift.migration;

import dev.sealift.abi.psp.GuestState;
import dev.sealift.migration.receipt.Receipt;
import dev.sealift.migration.wire.Bounds;
import dev.sealift.migration.wire.ControlConnection;
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
 * The way of a guest from its first page to RUNNING: rounds while it runs, a last one while it is
 * paused, its state, and the hand-over. Fails only before SEND_FINISH; after it there is always an
 * outcome.
 */
final class SourceTransfer {
  private final Guest guest;
  private final ControlConnection control;
  private final RoundSender sender;
  private final SendSession session;
  private final HandOver<SourceStep> handOver;
  private final MoveOptions options;
  private final MoveListener listener;
  private final MoveLog log;
  private final SourceReceipt receipt;
  private boolean interrupted;

  SourceTransfer(
      Guest guest,
      ControlConnection control,
      RoundSender sender,
      SendSession session,
      HandOver<SourceStep> handOver,
      MoveOptions options,
      MoveListener listener,
      MoveLog log,
      SourceReceipt receipt) {
    this.guest = guest;
    this.control = control;
    this.sender = sender;
    this.session = session;
    this.handOver = handOver;
    this.options = options;
    this.listener = listener;
    this.log = log;
    this.receipt = receipt;
  }

  MoveOutcome run() throws VmmException, MigrationException, InterruptedException {
    PageSet left = sendWhileRunning();
    var laps = new Laps();
    receipt.paused();
    guest.pause();
    handOver.advance(SourceStep.PAUSED);
    Duration pause = laps.lap();
    sendTheRest(left);
    Duration lastRound = laps.lap();
    sendState();
    Duration state = laps.lap();
    prepare();
    Duration prepare = laps.lap();
    finish();
    Duration finish = laps.lap();
    try {
      commit();
    } catch (MigrationException unheard) {
      return new MoveOutcome.HandedOver(
          "the guest was finished here, but the destination was not heard to run it (%s); only the destination may run it"
              .formatted(unheard.sentence()),
          log.report());
    }
    var downtime = new Downtime(pause, lastRound, state, prepare, finish, laps.lap());
    MoveReport report = log.report();
    return new MoveOutcome.Moved(report, downtime, receipt());
  }

  /** Whether somebody tried to interrupt what could no longer be. */
  boolean wasInterrupted() {
    return interrupted;
  }

  /** Returns the pages that are still to go. */
  private PageSet sendWhileRunning() throws VmmException, MigrationException, InterruptedException {
    guest.dirtyLog().start();
    var convergence =
        new Convergence(options.downtimeTarget(), options.maxRounds(), options.mostThrottle());
    PageSet due = PageSet.all(guest.memory().pages());
    try (var throttle = new GuestThrottle(guest)) {
      @Nullable StopReason stop = null;
      while (stop == null) {
        throttle.set(convergence.throttle());
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
    var lap = new Laps();
    long bytesBefore = log.bytes();
    RoundSender.Sent sent = sender.send(log.rounds(), due);
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
    listener.round(round);
    return round;
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
      control.send(new Message.PageStatus(ranges.subList(from, to)));
      from = to;
    } while (from < ranges.size());
    control.send(new Message.VcpuState(0, vcpuState().encode()));
  }

  /** Encrypted registers go sealed, and never in any other way. */
  private VcpuState vcpuState() throws VmmException, MigrationException {
    if (SevMode.of(session.policy()) == SevMode.SEV) {
      return guest.vcpu().save();
    }
    VmsaPacket packet = session.updateVmsa(0);
    control.send(new Message.VcpuVmsa(0, packet.header(), packet.ciphertext()));
    return guest.vcpu().saveBesideRegisters();
  }

  private void prepare() throws MigrationException, InterruptedException {
    MoveReport sent = log.report();
    byte[] root = sender.manifest();
    control.send(
        new Message.Prepare(log.rounds(), sent.privatePackets(), sent.sharedPages(), root));
    Message.Prepared prepared = control.expect(Message.Prepared.class);
    if (!Arrays.equals(prepared.manifest(), root)) {
      throw new MigrationException(
          FailureCode.MANIFEST_DIFFERS,
          "the destination's manifest of the move is not this host's: it has not seen the same pages");
    }
  }

  /** The point of no return lies in here: where it returns, it was passed. */
  private void finish() throws VmmException, MigrationException, InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    handOver.advance(SourceStep.FINISHING);
    try {
      session.finish();
    } catch (VmmException refused) {
      if (!isSent()) {
        throw refused;
      }
    }
    // FINISHING is on the disk: where FINISHED cannot be, the guest is still better off committed.
    recordOrWarn(SourceStep.FINISHED);
  }

  private boolean isSent() {
    try {
      return guest.sev().status().state() == GuestState.SENT;
    } catch (VmmException unknown) {
      return false;
    }
  }

  private void commit() throws MigrationException {
    control.send(receipt.finished());
    recordOrWarn(SourceStep.COMMITTED);
    awaitRunning();
    recordOrWarn(SourceStep.HANDED_OVER);
  }

  /** The guest runs at the destination, whatever comes of its receipt. */
  private @Nullable Receipt receipt() {
    try {
      return receipt.exchange(control, sender.manifest(), log);
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

  private void awaitRunning() throws MigrationException {
    boolean heard = false;
    while (!heard) {
      try {
        control.expect(Message.Running.class);
        heard = true;
      } catch (InterruptedException tooLate) {
        interrupted = true;
      }
    }
  }

  private void recordOrWarn(SourceStep step) {
    try {
      handOver.advance(step);
    } catch (MigrationException unwritten) {
      listener.warning(unwritten.sentence());
    }
  }
}
