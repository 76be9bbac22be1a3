package dev.sealift.migration.wire;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * The data connections that one move is due: each index is taken once, by whoever proves that it
 * holds the move's key.
 */
public final class DataGate implements AutoCloseable {
  private final Listener listener;
  private final MoveId move;
  private final SecretKey key;
  private final @Nullable DataConnection[] connections;
  private final boolean[] taken;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean closed;

  DataGate(Listener listener, MoveId move, SecretKey key, int connections) {
    this.listener = listener;
    this.move = move;
    this.key = key;
    this.connections = new DataConnection[connections];
    this.taken = new boolean[connections];
  }

  MoveId move() {
    return move;
  }

  /**
   * Lets a connection in; false if its index is not due or its preface was made without the key.
   */
  boolean admit(DataPreface preface, DataConnection connection) {
    int index = preface.connection();
    if (index < 0 || index >= taken.length) {
      return false;
    }
    try {
      preface.check(new BatchSeal(key, move, index));
    } catch (MigrationException forged) {
      return false;
    }
    lock.lock();
    try {
      if (closed || taken[index]) {
        return false;
      }
      taken[index] = true;
      connections[index] = connection;
      changed.signalAll();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for one of the connections.
   *
   * @param index which, from 0
   * @param slots where its packets shall lie
   * @throws MigrationException if it does not come in time
   */
  public BatchReader await(int index, PacketSlots slots, Manifest manifest, Duration timeout)
      throws MigrationException, InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = timeout.toNanos();
      while (true) {
        DataConnection connection = connections[index];
        if (connection != null) {
          return new BatchReader(connection, new BatchSeal(key, move, index), slots, manifest);
        }
        if (closed || left <= 0) {
          throw new MigrationException(
              closed ? FailureCode.LINK_LOST : FailureCode.TIMED_OUT,
              "data connection %d did not come".formatted(index));
        }
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Ends the move's data connections, and takes no more. */
  @Override
  public void close() {
    listener.forget(this);
    lock.lock();
    try {
      closed = true;
      for (DataConnection connection : connections) {
        if (connection != null) {
          connection.close();
        }
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
