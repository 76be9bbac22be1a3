package dev.sealift.migration;

import dev.sealift.migration.wire.BatchWriter;
import dev.sealift.migration.wire.ControlConnection;
import dev.sealift.migration.wire.Manifest;
import dev.sealift.migration.wire.Message;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.migration.wire.MoveId;
import dev.sealift.migration.wire.PacketSlots;
import dev.sealift.vmm.CallArena;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.PageCalls;
import dev.sealift.vmm.PageSet;
import dev.sealift.vmm.SendSession;
import dev.sealift.vmm.VmmException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Sends rounds: private pages over all data connections at once, shared ones beside them. */
final class RoundSender implements AutoCloseable {
  private final Guest guest;
  private final ControlConnection control;
  private final SharedPageSender shared;
  private final List<PrivatePageSender> senders = new ArrayList<>();
  private final List<CallArena> arenas = new ArrayList<>();
  private final ExecutorService threads;
  private final Pacer pacer;
  private final Manifest manifest;
  private final int pagesPerCall;
  private final AtomicReference<@Nullable MigrationException> firstFailure =
      new AtomicReference<>();

  // Made once and used again in every round: a guest of 1 TiB has 32 MiB of bits.
  private final PageSet status;
  private final PageSet statusOfLastRound;
  private final PageSet privatePages;
  private final PageSet sharedPages;
  private final PageSet leftOver;

  private RoundSender(
      Guest guest, PageCalls calls, ControlConnection control, MoveOptions options) {
    pagesPerCall = Math.min(calls.pagesPerCall(), options.batchPages());
    this.guest = guest;
    this.control = control;
    shared = new SharedPageSender(guest, control);
    manifest = new Manifest(options.dataConnections());
    control.keep(manifest);
    pacer = new Pacer(options.bytesPerSecond());
    long pages = guest.memory().pages();
    status = new PageSet(pages);
    statusOfLastRound = guest.pageStatus().shared();
    privatePages = new PageSet(pages);
    sharedPages = new PageSet(pages);
    leftOver = new PageSet(pages);
    threads =
        Executors.newCachedThreadPool(
            Thread.ofPlatform().name("sealift-send-", 0).daemon().factory());
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
    var rounds = new RoundSender(guest, calls, control, options);
    try {
      for (int i = 0; i < options.dataConnections(); i++) {
        long bytes = PacketSlots.bytes(options.batchPages());
        CallArena arena = CallArena.allocate(guest.machine().host(), bytes);
        rounds.arenas.add(arena);
        var slots = new PacketSlots(arena.segment(), options.batchPages());
        BatchWriter writer =
            BatchWriter.connect(
                destination, control, move, i, slots, rounds.manifest, options.timeout());
        rounds.senders.add(new PrivatePageSender(calls, writer, rounds.pacer));
      }
      return rounds;
    } catch (VmmException | MigrationException e) {
      rounds.close();
      throw e;
    }
  }

  /**
   * What a round sent.
   *
   * @param pages pages that were to go
   * @param leftOver pages that must go in another round; good until the next one is sent
   */
  record Sent(long pages, long privatePackets, long sharedPages, PageSet leftOver) {}

  /**
   * Sends a round and waits until the destination has all of it.
   *
   * @param due the pages that were written; the dirty log was fetched and cleared before this call,
   *     so that the page status read here is no older than the writes
   */
  Sent send(int round, PageSet due) throws MigrationException, InterruptedException {
    guest.pageStatus().copySharedTo(status);
    privatePages.copyFrom(status);
    privatePages.toggleAll(statusOfLastRound);
    privatePages.addAll(due);
    statusOfLastRound.copyFrom(status);
    sharedPages.copyFrom(privatePages);
    sharedPages.retainAll(status);
    privatePages.removeAll(status);

    long[] batchesBefore = senders.stream().mapToLong(PrivatePageSender::batches).toArray();
    sendPages(round);
    int[] batches = new int[senders.size()];
    for (int i = 0; i < batches.length; i++) {
      batches[i] = Math.toIntExact(senders.get(i).batches() - batchesBefore[i]);
    }
    long privateCount = privatePages.count();
    long sharedDue = sharedPages.count();
    long sharedCount = sharedDue - leftOver.count();
    control.send(new Message.RoundEnd(round, batches, privateCount, sharedCount));
    Message.RoundDone done = control.expect(Message.RoundDone.class);
    if (done.round() != round) {
      throw ControlConnection.outOfTurn(done, "ROUND_DONE of round " + round);
    }
    return new Sent(privateCount + sharedDue, privateCount, sharedCount, leftOver);
  }

  private void sendPages(int round) throws MigrationException, InterruptedException {
    var cursor = new PageCursor(privatePages);
    leftOver.clear();
    List<Future<?>> sending = new ArrayList<>();
    if (!privatePages.isEmpty()) {
      for (PrivatePageSender sender : senders) {
        sending.add(threads.submit(() -> attempt(() -> sender.send(round, cursor))));
      }
    }
    attempt(() -> shared.send(round, sharedPages, leftOver));
    try {
      for (Future<?> share : sending) {
        share.get();
      }
    } catch (ExecutionException unforeseen) {
      abandon();
      throw new IllegalStateException("a sender failed", unforeseen.getCause());
    } catch (InterruptedException interrupted) {
      abandon();
      throw interrupted;
    }
    MigrationException failure = firstFailure.get();
    if (failure != null) {
      throw failure;
    }
  }

  private interface Work {
    void run() throws VmmException, MigrationException, InterruptedException;
  }

  private void attempt(Work work) {
    try {
      work.run();
    } catch (VmmException refused) {
      fail(Failures.of(refused));
    } catch (MigrationException failure) {
      fail(failure);
    } catch (InterruptedException interrupted) {
      fail(Failures.of(interrupted));
    }
  }

  /** Where one sender fails, the others cannot finish the round either. */
  private void fail(MigrationException failure) {
    firstFailure.compareAndSet(null, failure);
    abandon();
  }

  /** The guest stands still: the bandwidth limit no longer holds. */
  void liftLimit() {
    pacer.lift();
  }

  /** The root of the manifest of all that was sent so far. */
  byte[] manifest() {
    return manifest.root();
  }

  /** The most pages that go to the kernel in one system call. */
  int pagesPerCall() {
    return pagesPerCall;
  }

  /** Bytes sent on the data connections so far. */
  long bytes() {
    return senders.stream().mapToLong(PrivatePageSender::bytes).sum();
  }

  /** Ends the data connections; threads that are sending fail. */
  void abandon() {
    senders.forEach(PrivatePageSender::close);
  }

  @Override
  public void close() {
    abandon();
    threads.shutdownNow();
    threads.close();
    arenas.forEach(CallArena::close);
  }
}
