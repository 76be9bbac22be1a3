package dev.sealift.migration;

import dev.sealift.crypto.cert.PlatformChain;
import dev.sealift.migration.wire.ControlConnection;
import dev.sealift.migration.wire.DataGate;
import dev.sealift.migration.wire.FailureCode;
import dev.sealift.migration.wire.Listener;
import dev.sealift.migration.wire.Manifest;
import dev.sealift.migration.wire.Message;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.migration.wire.MoveId;
import dev.sealift.migration.wire.Progress;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.PageSet;
import dev.sealift.vmm.ReceiveSession;
import dev.sealift.vmm.SendSession;
import dev.sealift.vmm.VmmException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The pages of a running guest on their way to another host, with nothing of a move around them,
 * over a link that may break as often as it likes: both ends take it up again at once.
 */
final class PageCrossing implements AutoCloseable {
  static final int CONNECTIONS = 2;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final MoveOptions OPTIONS =
      MoveOptions.DEFAULT.withDataConnections(CONNECTIONS).withTimeout(PATIENCE);

  /** What the destination is doing with its control connection. */
  enum Moment {
    /** It is about to take a message. */
    TAKING,
    /** Pages lie in the guest's memory. */
    SHARED_PAGES_PLACED,
    /** It took ROUND_END, and has not looked whether everything came. */
    ROUND_END_TAKEN,
    /** It is about to say ROUND_DONE. */
    ROUND_WHOLE
  }

  /** Somebody at the destination who may break the link. */
  interface Watcher {
    void at(Moment moment) throws MigrationException;
  }

  final Guest guest;
  final Guest copy;
  final Wire wire;
  final List<RoundSender.Sent> rounds = new ArrayList<>();
  final Manifest manifest = new Manifest(CONNECTIONS);
  final PageLedger ledger;
  volatile Watcher watcher = moment -> {};
  long sharedPagesPlaced;
  int linksLost;

  /** How many answers of the destination are lost on their way with the link that brings them. */
  int answersToLose;

  /** What becomes of an answer on its way. */
  UnaryOperator<Progress> answer = UnaryOperator.identity();

  private final TestHost source;
  private final MoveId move = new MoveId(7, System.nanoTime());
  private final Listener listener;
  private final BlockingQueue<ControlConnection> accepted = new LinkedBlockingQueue<>();
  private final ReceiveSession receiving;
  private final PageReceiver receiver;
  private final RoundSender sender;
  private ControlConnection near;
  private ControlConnection far;
  private Thread taking;

  PageCrossing(TestHost source, TestHost destination) throws Exception {
    this.source = source;
    guest = source.launch(Guests.PLAN, 0);
    copy = destination.create(guest.configuration());
    PlatformChain to = destination.chain;
    SendSession sending =
        guest.sev().sendStart(to.pdh().bytes(), to.platformCertificates(), to.amdCertificates());
    receiving = copy.sev().receiveStart(0, source.chain.pdh().bytes(), sending.session());
    listener =
        Listener.open(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            destination.identity,
            PATIENCE);
    listener.start(accepted::add);
    wire = Wire.to(listener.address());
    ledger = new PageLedger(copy.memory().pages(), CONNECTIONS);
    connect();
    DataGate gate = listener.expect(far, move, CONNECTIONS);
    receiver =
        PageReceiver.start(
            copy.machine().host(), receiving, ledger, far, gate, manifest, CONNECTIONS, PATIENCE);
    taking = take(far);
    sender = RoundSender.open(guest, sending, near, move, wire.address(), OPTIONS);
    guest.dirtyLog().start();
  }

  private void connect() throws Exception {
    near = ControlConnection.connect(source.identity, wire.address(), PATIENCE);
    ControlConnection answering = accepted.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    if (answering == null) {
      throw new MigrationException(FailureCode.LINK_LOST, "nobody answered");
    }
    far = answering;
  }

  /** Takes messages until the link is lost. */
  private Thread take(ControlConnection control) {
    return Thread.ofVirtual()
        .start(() -> {
          try {
            while (true) {
              watcher.at(Moment.TAKING);
              take(control, control.receive());
            }
          } catch (MigrationException lost) {
            control.fail(lost);
          } catch (InterruptedException over) {
            Thread.currentThread().interrupt();
          }
        });
  }

  private void take(ControlConnection control, Message message)
      throws MigrationException, InterruptedException {
    switch (message) {
      case Message.SharedPages pages -> {
        place(pages);
        watcher.at(Moment.SHARED_PAGES_PLACED);
      }
      case Message.RoundEnd end -> {
        watcher.at(Moment.ROUND_END_TAKEN);
        ledger.endRound(end, PATIENCE);
        watcher.at(Moment.ROUND_WHOLE);
        control.send(new Message.RoundDone(end.round()));
      }
      default -> throw ControlConnection.outOfTurn(message, "a part of a round");
    }
  }

  private void place(Message.SharedPages pages) throws MigrationException {
    ledger.claimShared(pages.round(), pages.gfns());
    for (int i = 0; i < pages.gfns().length; i++) {
      MemorySegment page = copy.memory().page(pages.gfns()[i]);
      MemorySegment.copy(pages.contents(), i * 4096, page, ValueLayout.JAVA_BYTE, 0, 4096);
    }
    sharedPagesPlaced += pages.gfns().length;
  }

  /** Sends a round, however often its link is lost. */
  RoundSender.Sent send(PageSet due) throws Exception {
    RoundSender.@Nullable Sent sent = null;
    try {
      sent = sender.send(rounds.size(), due);
    } catch (MigrationException lost) {
      resumeAfter(lost);
    }
    while (sent == null) {
      try {
        sent = sender.finish();
      } catch (MigrationException lost) {
        resumeAfter(lost);
      }
    }
    rounds.add(sent);
    return sent;
  }

  private void resumeAfter(MigrationException lost) throws Exception {
    if (!lost.isOfTheLink()) {
      throw lost;
    }
    linksLost++;
    boolean taken = false;
    while (!taken) {
      try {
        Progress said = ask();
        taken = answersToLose-- <= 0;
        if (taken) {
          relink(answer.apply(said));
        }
      } catch (MigrationException again) {
        taken = false;
        if (!again.isOfTheLink()) {
          throw again;
        }
      }
    }
  }

  /** The source goes on, after what it believes to be the destination's answer. */
  void relink(Progress answer) throws MigrationException {
    sender.relink(near, answer);
  }

  /** Asks the destination on a new control connection where it stands; it is ready to go on. */
  Progress ask() throws Exception {
    wire.snap();
    hangUp();
    connect();
    near.send(new Message.Resume(move));
    far.expect(Message.Resume.class);
    Progress progress = receiver.halt();
    receiver.relink(far, listener.expect(far, move, CONNECTIONS));
    taking = take(far);
    far.send(Message.Standing.receiving(progress));
    return near.expect(Message.Standing.class).progress();
  }

  private void hangUp() throws InterruptedException {
    Thread closing = Thread.ofVirtual().start(far::close);
    near.close();
    closing.join();
    taking.join();
  }

  /** Both sides have counted the same. */
  private void checkTotals() throws MigrationException {
    ledger.checkTotals(
        new Message.Prepare(rounds.size(), privatePackets(), sharedPages(), sender.manifest()));
    ledger.checkWhole(guest.pageStatus().shared());
  }

  long privatePackets() {
    return rounds.stream().mapToLong(RoundSender.Sent::privatePackets).sum();
  }

  private long sharedPages() {
    return rounds.stream().mapToLong(RoundSender.Sent::sharedPages).sum();
  }

  /** The root of the source's manifest. */
  byte[] sourceManifest() {
    return sender.manifest();
  }

  /** The pages of the next round. */
  PageSet due() throws VmmException {
    PageSet due = guest.dirtyLog().fetchAndClear();
    due.addAll(rounds.getLast().leftOver());
    return due;
  }

  /** Sends what is left of the guest, which stands still from here on, and runs it there. */
  void handOver() throws Exception {
    guest.pause();
    send(due());
    checkTotals();
    copy.pageStatus().replaceShared(guest.pageStatus().shared());
    copy.vcpu().restore(guest.vcpu().save());
    copy.migrationControl().takeOver();
    receiving.finish();
    copy.run();
  }

  @Override
  public void close() throws VmmException, InterruptedException {
    wire.close();
    sender.close();
    hangUp();
    receiver.close();
    listener.close();
    copy.close();
    guest.close();
  }
}
