package dev.sealift.migration;

import dev.sealift.migration.wire.ControlConnection;
import dev.sealift.migration.wire.Listener;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The host that guests come to: listens, takes each guest in, and runs it once its source can never
 * run it again ({@link HandOverStep}).
 */
public final class MigrationDestination implements AutoCloseable {
  /** What a move may take, beyond its peer's silence, to come down. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final DestinationHost host;
  private final DestinationOptions options;
  private final ArrivalListener arrivals;
  private final Listener listener;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<IncomingMove, Thread> moves = new HashMap<>();
  private boolean closed;

  private MigrationDestination(
      DestinationHost host,
      DestinationOptions options,
      ArrivalListener arrivals,
      Listener listener) {
    this.host = host;
    this.options = options;
    this.arrivals = arrivals;
    this.listener = listener;
  }

  /**
   * Begins to listen.
   *
   * @param address port 0 takes any free one
   * @throws IOException if the address cannot be listened at
   */
  public static MigrationDestination listen(
      DestinationHost host,
      InetSocketAddress address,
      DestinationOptions options,
      ArrivalListener arrivals)
      throws IOException {
    Listener listener = Listener.open(address, host.identity(), options.timeout());
    var destination = new MigrationDestination(host, options, arrivals, listener);
    listener.start(destination::take);
    return destination;
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return listener.address();
  }

  private void take(ControlConnection control) {
    var move = new IncomingMove(host, options, listener, arrivals, control);
    boolean taken;
    lock.lock();
    try {
      taken = !closed && moves.size() < options.maxMoves();
      if (taken) {
        moves.put(
            move, Thread.ofPlatform().name("sealift-destination").daemon().start(() -> run(move)));
      }
    } finally {
      lock.unlock();
    }
    if (!taken) {
      move.refuse(
          "this destination takes %d guests at a time; try again later"
              .formatted(options.maxMoves()));
    }
  }

  private void run(IncomingMove move) {
    try {
      move.run();
    } finally {
      lock.lock();
      try {
        moves.remove(move);
      } finally {
        lock.unlock();
      }
    }
  }

  /**
   * Takes no more guests, ends the moves that are not committed to this host, and waits until
   * nothing of them is left.
   */
  @Override
  public void close() {
    listener.close();
    Map<IncomingMove, Thread> under;
    lock.lock();
    try {
      closed = true;
      under = Map.copyOf(moves);
    } finally {
      lock.unlock();
    }
    under.keySet().forEach(IncomingMove::cancel);
    try {
      for (Thread thread : under.values()) {
        thread.join(options.timeout().plus(PATIENCE));
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
