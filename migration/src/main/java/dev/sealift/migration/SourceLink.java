package dev.sealift.migration;

import dev.sealift.migration.access.KeyFingerprint;
import dev.sealift.migration.wire.ControlConnection;
import dev.sealift.migration.wire.FailureCode;
import dev.sealift.migration.wire.Message;
import dev.sealift.migration.wire.MigrationException;
import dev.sealift.migration.wire.MoveId;
import dev.sealift.migration.wire.Protocol;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The source's way to one destination: a control connection, and another one when that broke.
 * Thread-confined, but for {@link #bytesSent} and {@link #stop}.
 */
final class SourceLink implements AutoCloseable {
  private final SourceHost host;
  private final InetSocketAddress address;
  private final Duration timeout;
  private volatile @Nullable ControlConnection control;
  private volatile @Nullable CompletableFuture<ControlConnection> connecting;
  private volatile @Nullable MigrationException stopped;
  private @Nullable MigrationException loss;
  private @Nullable String peer;
  private volatile LongSupplier bytesNow = () -> 0;
  private final AtomicLong bytesBefore = new AtomicLong();

  /**
   * A way that nobody has gone yet.
   *
   * @param timeout for connecting, for the handshake, for a write, and for the peer's silence
   * @param peer the key of the one destination that is meant, or null where it is still to be known
   */
  SourceLink(SourceHost host, InetSocketAddress address, Duration timeout, @Nullable String peer) {
    this.host = host;
    this.address = address;
    this.timeout = timeout;
    this.peer = peer;
  }

  /** Connects, and gets to know the destination. */
  Message.Welcome open() throws MigrationException, InterruptedException {
    drop();
    ControlConnection made = connect();
    control = made;
    bytesNow = made::bytesSent;
    checkPeer(KeyFingerprint.of(made.peerCertificate().getPublicKey()).hex());
    made.send(
        new Message.Hello(Protocol.LOWEST_VERSION, Protocol.HIGHEST_VERSION, host.emulated()));
    checkStopped();
    Message.Welcome welcome = made.expect(Message.Welcome.class);
    if (Protocol.choose(welcome.version(), welcome.version()).isEmpty()) {
      throw ControlConnection.outOfTurn(welcome, "a version that both hosts speak");
    }
    return welcome;
  }

  /** A thread of its own connects, which nobody has to wait for where the move is called off. */
  private ControlConnection connect() throws MigrationException, InterruptedException {
    CompletableFuture<ControlConnection> made = new CompletableFuture<>();
    connecting = made;
    checkStopped();
    Thread.ofVirtual().name("sealift-connect").start(() -> connect(made));
    try {
      return made.get();
    } catch (InterruptedException interrupted) {
      if (!made.cancel(false)) {
        var _ = made.thenAccept(ControlConnection::close);
      }
      throw interrupted;
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof MigrationException why) {
        throw why;
      }
      throw new IllegalStateException("the connection failed", failed.getCause());
    } finally {
      connecting = null;
    }
  }

  private void connect(CompletableFuture<ControlConnection> made) {
    try {
      ControlConnection connection = ControlConnection.connect(host.identity(), address, timeout);
      if (!made.complete(connection)) {
        connection.close();
      }
    } catch (MigrationException | RuntimeException | Error failed) {
      made.completeExceptionally(failed);
    }
  }

  /**
   * The move is called off: whoever connects or waits for the destination learns it at once.
   * Thread-safe.
   */
  void stop(MigrationException why) {
    stopped = why;
    CompletableFuture<ControlConnection> pending = connecting;
    if (pending != null) {
      pending.completeExceptionally(why);
    }
    ControlConnection current = control;
    if (current != null) {
      current.fail(why);
    }
  }

  /** From here on what is said and heard is how the move ended. */
  void settle() {
    stopped = null;
  }

  private void checkStopped() throws MigrationException {
    MigrationException why = stopped;
    if (why != null) {
      throw why;
    }
  }

  /**
   * Connects anew, and asks where the destination stands with a move.
   *
   * @return its answer
   */
  Message.Standing resume(MoveId move) throws MigrationException, InterruptedException {
    try {
      open();
      control().send(new Message.Resume(move));
      return control().expect(Message.Standing.class);
    } catch (MigrationException failed) {
      MigrationException why = explain(failed);
      drop();
      throw why;
    }
  }

  /** Another host behind the same address is not the one that has the guest. */
  private void checkPeer(String key) throws MigrationException {
    if (peer == null) {
      peer = key;
    } else if (!peer.equals(key)) {
      throw new MigrationException(
          FailureCode.PEER_NOT_TRUSTED,
          "%s is another host now than the one that the move began with".formatted(address));
    }
  }

  /** Whether there is no connection, or it is known to be broken. */
  boolean isDown() {
    return control == null;
  }

  /**
   * The connection.
   *
   * @throws MigrationException if it was lost while something was {@link #say said}
   */
  ControlConnection control() throws MigrationException {
    ControlConnection current = control;
    if (current == null) {
      throw loss == null
          ? new MigrationException(FailureCode.LINK_LOST, "there is no connection to " + address)
          : loss;
    }
    return current;
  }

  /** What failed, in the destination's own words where the connection still brings them. */
  MigrationException explain(MigrationException failure) throws InterruptedException {
    ControlConnection current = control;
    return current == null ? failure : current.explain(failure);
  }

  /** The SHA-256 of the destination's public key, hexadecimal; null before it is known. */
  @Nullable String peer() {
    return peer;
  }

  InetSocketAddress address() {
    return address;
  }

  /** Says something if there is a connection; where it breaks, there is none any more. */
  void say(Message message) {
    ControlConnection current = control;
    if (current == null) {
      return;
    }
    try {
      current.send(message);
    } catch (MigrationException lost) {
      loss = lost;
      drop();
    }
  }

  /** Gives the connection up. */
  void drop() {
    ControlConnection current = control;
    if (current != null) {
      bytesBefore.addAndGet(current.bytesSent());
      bytesNow = () -> 0;
      control = null;
      current.close();
    }
  }

  /** Bytes that this side put on the wire on all its control connections. */
  long bytesSent() {
    return bytesBefore.get() + bytesNow.getAsLong();
  }

  @Override
  public void close() {
    drop();
  }
}
