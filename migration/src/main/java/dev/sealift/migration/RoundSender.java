package dev.sealift.migration;

import dev.sealift.migration.wire.BatchWriter;
import dev.sealift.migration.wire.ControlConnection;
import dev.sealift.migration.wire.FailureCode;
import dev.sealift.migration.wire.Manifest;
import dev.sealift.migration.wire.Message;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.migration.wire.MoveId;
import dev.sealift.migration.wire.PacketSlots;
import dev.sealift.migration.wire.Progress;
import dev.sealift.vmm.CallArena;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.PageCalls;
import dev.sealift.vmm.PageSet;
import dev.sealift.vmm.SendSession;
import dev.sealift.vmm.VmmException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Sends rounds, one after the other, and remembers the one that is under way: where its link is
 * lost, a new one finishes it with the pages that did not arrive.
 */
final class RoundSender implements AutoCloseable {
  private final Guest guest;
  private final PageCalls calls;
  private final MoveId move;
  private final InetSocketAddress destination;
  private final MoveOptions options;
  private final List<CallArena> arenas = new ArrayList<>();
  private final ExecutorService threads;
  private final Pacer pacer;
  private final Manifest manifest;
  private final RoundPages pages;

  // Others look at these while the mover's thread writes them.
  private volatile SendingLink link;
  private volatile long bytesOfLostLinks;
  private volatile @Nullable MigrationException stopped;

  /** The round under way, or the one that is next. */
  private int round;

  private Stage stage = Stage.BETWEEN_ROUNDS;
  private List<Long> batchesBefore = List.of();

  private enum Stage {
    BETWEEN_ROUNDS,
    SENDING,
    /** ROUND_END was said. */
    ENDED,
    /** The destination has all of the round, but its ROUND_DONE was lost. */
    WHOLE
  }

  private RoundSender(
      Guest guest,
      PageCalls calls,
      ControlConnection control,
      MoveId move,
      InetSocketAddress destination,
      MoveOptions options) {
    this.guest = guest;
    this.calls = calls;
    this.move = move;
    this.destination = destination;
    this.options = options;
    manifest = new Manifest(options.dataConnections());
    pacer = new Pacer(options.bytesPerSecond());
    pages = new RoundPages(guest, options.dataConnections());
    threads =
        Executors.newCachedThreadPool(
            Thread.ofPlatform().name("sealift-send-", 0).daemon().factory());
    link = new SendingLink(guest, control, threads);
  }

  /** Opens the data connections of a move. */
  static RoundSender open(
      Guest guest,
      SendSession session,
      ControlConnection control,
      MoveId move,
      InetSocketAddress destination,
      MoveOptions options)
      throws VmmException, MigrationException {
    PageCalls calls = options.onePageACall() ? session.onePageACall() : session.pageCalls();
    var rounds = new RoundSender(guest, calls, control, move, destination, options);
    try {
      for (int i = 0; i < options.dataConnections(); i++) {
        long bytes = PacketSlots.bytes(options.batchPages());
        rounds.arenas.add(CallArena.allocate(guest.machine().host(), bytes));
      }
      rounds.openLink();
      return rounds;
    } catch (VmmException | MigrationException | OutOfMemoryError e) {
      rounds.close();
      throw e;
    }
  }

  private void openLink() throws MigrationException {
    ControlConnection control = link.control();
    control.keep(manifest);
    for (int i = 0; i < arenas.size(); i++) {
      var slots = new PacketSlots(arenas.get(i).segment(), options.batchPages());
      BatchWriter writer =
          BatchWriter.connect(destination, control, move, i, slots, manifest, options.timeout());
      link.add(new PrivatePageSender(calls, writer, pacer));
    }
    link.complete();
    MigrationException why = stopped;
    if (why != null) {
      link.fail(why);
    }
  }

  /** The move is called off: whatever is being sent fails, soon and for good. Thread-safe. */
  void stop(MigrationException why) {
    stopped = why;
    link.fail(why);
  }

  /**
   * What a round sent.
   *
   * @param pages pages that were to go
   * @param privatePackets pages that went sealed, each counted once
   * @param sharedPages pages that went as they are, each counted once
   * @param leftOver pages that must go in another round; good until the next one is sent
   */
  record Sent(long pages, long privatePackets, long sharedPages, PageSet leftOver) {}

  /**
   * Sends a round and waits until the destination has all of it. Where this fails with the link,
   * the round stays under way.
   *
   * @param due the pages that were written; the dirty log was fetched and cleared before this call,
   *     so that the page status read here is no older than the writes
   */
  Sent send(int number, PageSet due) throws MigrationException, InterruptedException {
    if (isUnderWay()) {
      throw new IllegalStateException("round %d is under way".formatted(round));
    }
    round = number;
    stage = Stage.SENDING;
    batchesBefore = manifest.batches();
    pages.begin(due, manifest);
    return finish();
  }

  /** Whether a round was begun that is not done. */
  boolean isUnderWay() {
    return stage != Stage.BETWEEN_ROUNDS;
  }

  /**
   * Goes on over a new link: what the destination does not have counts as never sent. Does not send
   * a page yet.
   *
   * @param control the new link's control connection, on which the destination said where it stands
   * @param arrived how far it has come
   * @throws MigrationException of the link if the new one is lost, too; a third one may then take
   *     its place. MALFORMED or INCOMPLETE if the destination cannot have come so far, or has lost
   *     what it had
   */
  void relink(ControlConnection control, Progress arrived) throws MigrationException {
    link.close();
    if (stage == Stage.ENDED && arrived.round() == round + 1 && hasAll(arrived)) {
      manifest.arrived();
      stage = Stage.WHOLE;
    }
    int due = stage == Stage.WHOLE ? round + 1 : round;
    if (arrived.round() != due) {
      throw new MigrationException(
          FailureCode.MALFORMED,
          "STANDING: the destination is in round %d, but round %d is due"
              .formatted(arrived.round(), due));
    }
    manifest.cutTo(arrived);
    if (stage == Stage.SENDING || stage == Stage.ENDED) {
      pages.beginAgain(arrived);
      stage = Stage.SENDING;
    }
    bytesOfLostLinks = bytes();
    link = new SendingLink(guest, control, threads);
    openLink();
  }

  private boolean hasAll(Progress arrived) {
    return arrived.messages() == manifest.messages()
        && arrived.batches().equals(manifest.batches());
  }

  /**
   * Sends what did not arrive of the round under way, and waits until the destination has all of
   * it.
   *
   * @return what was sent of the round over all its links
   */
  Sent finish() throws MigrationException, InterruptedException {
    if (!isUnderWay()) {
      throw new IllegalStateException("no round is under way");
    }
    if (stage != Stage.WHOLE) {
      link.send(round, pages);
      end();
    }
    manifest.arrived();
    stage = Stage.BETWEEN_ROUNDS;
    round++;
    return new Sent(
        pages.privateCount() + pages.sharedCount(),
        pages.privateCount(),
        sharedSent(),
        pages.leftOver());
  }

  private void end() throws MigrationException, InterruptedException {
    List<Long> batchesNow = manifest.batches();
    int[] batches = new int[batchesNow.size()];
    for (int i = 0; i < batches.length; i++) {
      batches[i] = Math.toIntExact(batchesNow.get(i) - batchesBefore.get(i));
    }
    stage = Stage.ENDED;
    ControlConnection control = link.control();
    control.send(new Message.RoundEnd(round, batches, pages.privateCount(), sharedSent()));
    Message.RoundDone done = control.expect(Message.RoundDone.class);
    if (done.round() != round) {
      throw ControlConnection.outOfTurn(done, "ROUND_DONE of round " + round);
    }
  }

  private long sharedSent() {
    return pages.sharedCount() - pages.leftOver().count();
  }

  /** Pages of the round under way, or of the last one. Thread-safe. */
  long pages() {
    return pages.privateCount() + pages.sharedCount();
  }

  /** How many of them are sent. Thread-safe. */
  long sent() {
    return pages.sent();
  }

  /** The guest stands still: the bandwidth limit no longer holds. */
  void liftLimit() {
    pacer.lift();
  }

  /** The root of the manifest of all that was sent so far and not lost. */
  byte[] manifest() {
    return manifest.root();
  }

  /** The most pages that go to the kernel in one system call. */
  int pagesPerCall() {
    return Math.min(calls.pagesPerCall(), options.batchPages());
  }

  /** Bytes sent on the data connections of all links so far. */
  long bytes() {
    return bytesOfLostLinks + link.bytes();
  }

  @Override
  public void close() {
    link.close();
    threads.shutdownNow();
    threads.close();
    arenas.forEach(CallArena::close);
  }
}
