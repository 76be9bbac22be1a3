package dev.sealift.migration;

import dev.sealift.migration.wire.ControlConnection;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.VmmException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The source's connections from when they are opened until one of them is lost: then the others are
 * given up, too.
 */
final class SendingLink implements AutoCloseable {
  private final ControlConnection control;
  private final SharedPageSender shared;
  private final ExecutorService threads;
  private final List<PrivatePageSender> senders = new CopyOnWriteArrayList<>();
  private final AtomicReference<@Nullable MigrationException> firstFailure =
      new AtomicReference<>();

  /**
   * A link of no data connections yet.
   *
   * @param threads where they send
   */
  SendingLink(Guest guest, ControlConnection control, ExecutorService threads) {
    this.control = control;
    this.threads = threads;
    shared = new SharedPageSender(guest, control);
  }

  /** One more data connection. */
  void add(PrivatePageSender sender) {
    senders.add(sender);
  }

  /** All data connections are there: from here on they end with the control connection. */
  void complete() {
    control.whenBroken(this::close);
  }

  ControlConnection control() {
    return control;
  }

  /** Sends the pages of a round: private ones over all data connections, shared ones beside. */
  void send(int round, RoundPages pages) throws MigrationException, InterruptedException {
    List<Future<?>> sending = new ArrayList<>();
    if (pages.anyPrivate()) {
      for (PrivatePageSender sender : senders) {
        sending.add(threads.submit(() -> attempt(() -> sender.send(round, pages))));
      }
    }
    attempt(() -> shared.send(round, pages));
    try {
      for (Future<?> share : sending) {
        share.get();
      }
    } catch (ExecutionException unforeseen) {
      close();
      throw new IllegalStateException("a sender failed", unforeseen.getCause());
    } catch (InterruptedException interrupted) {
      close();
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

  /**
   * Where one sender fails, the others cannot finish the round either; nor can any when the move is
   * called off.
   */
  void fail(MigrationException failure) {
    firstFailure.compareAndSet(null, failure);
    close();
  }

  /** Bytes sent on the data connections. */
  long bytes() {
    return senders.stream().mapToLong(PrivatePageSender::bytes).sum();
  }

  /** Ends the data connections; threads that are sending fail. */
  @Override
  public void close() {
    senders.forEach(PrivatePageSender::close);
  }
}
