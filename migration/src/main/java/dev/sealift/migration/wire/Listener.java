package dev.sealift.migration.wire;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;

/**
 * The destination's port. Control and data connections come in at the same one; the first byte
 * tells them apart: 0x16 begins a TLS record, "S" the preface of a data connection.
 */
public final class Listener implements AutoCloseable {
  private static final byte TLS_HANDSHAKE = 0x16;

  /** Connections that have not yet proved who they are. */
  private static final int MOST_STRANGERS = 64;

  private static final long BREATH_NANOS = 10_000_000;

  private final ServerSocketChannel server;
  private final SSLContext identity;
  private final Duration timeout;
  private final Map<MoveId, DataGate> gates = new ConcurrentHashMap<>();
  private final Strangers strangers = new Strangers(MOST_STRANGERS);

  private Listener(ServerSocketChannel server, SSLContext identity, Duration timeout) {
    this.server = server;
    this.identity = identity;
    this.timeout = timeout;
  }

  /**
   * Takes a port.
   *
   * @param address port 0 takes any free one
   * @param timeout for a stranger's proof, for a write, and for a peer's silence
   */
  public static Listener open(InetSocketAddress address, SSLContext identity, Duration timeout)
      throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open();
    try {
      server.bind(address);
    } catch (IOException e) {
      server.close();
      throw e;
    }
    return new Listener(server, identity, timeout);
  }

  /**
   * Begins to take connections.
   *
   * @param onControl takes a control connection whose peer is trusted; called on a thread of its
   *     own
   */
  public void start(Consumer<ControlConnection> onControl) {
    Thread.ofPlatform().name("sealift-listener").daemon().start(() -> acceptAll(onControl));
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    try {
      return (InetSocketAddress) server.getLocalAddress();
    } catch (IOException closed) {
      throw new IllegalStateException("the listener is closed", closed);
    }
  }

  /**
   * From here on the data connections of a move are let in: of its first link, or of a new one,
   * once the gate of the one before is closed.
   *
   * @throws MigrationException if a move of this name is under way
   */
  public DataGate expect(ControlConnection control, MoveId move, int connections)
      throws MigrationException {
    var gate = new DataGate(this, move, control.batchKey(move), connections);
    if (gates.putIfAbsent(move, gate) != null) {
      throw MigrationException.malformed("a move of this name is under way");
    }
    return gate;
  }

  void forget(DataGate gate) {
    gates.remove(gate.move(), gate);
  }

  private void acceptAll(Consumer<ControlConnection> onControl) {
    while (server.isOpen()) {
      try {
        SocketChannel stranger = server.accept();
        strangers.add(stranger);
        Thread.ofVirtual().name("sealift-stranger").start(() -> identify(stranger, onControl));
      } catch (IOException e) {
        // Closed, or out of descriptors: callers wait in the kernel's queue until some are free.
        LockSupport.parkNanos(BREATH_NANOS);
      }
    }
  }

  private void identify(SocketChannel stranger, Consumer<ControlConnection> onControl) {
    ControlConnection control = null;
    try {
      byte first;
      try (var _ = Deadline.closing(stranger, timeout)) {
        first = read(stranger, 1)[0];
        if (first == DataPreface.FIRST_BYTE) {
          admit(stranger);
        }
      }
      if (first == TLS_HANDSHAKE) {
        control = ControlConnection.accept(identity, stranger.socket(), first, timeout);
      } else if (first != DataPreface.FIRST_BYTE) {
        Connections.close(stranger);
      }
    } catch (IOException | MigrationException unknown) {
      Connections.close(stranger);
    } finally {
      strangers.remove(stranger);
    }
    if (control != null) {
      ControlConnection trusted = control;
      Thread.ofPlatform().name("sealift-incoming").daemon().start(() -> onControl.accept(trusted));
    }
  }

  private void admit(SocketChannel stranger) throws IOException, MigrationException {
    byte[] rest = read(stranger, DataPreface.SIZE - 1);
    ByteBuffer bytes = ByteBuffer.allocate(DataPreface.SIZE).put(DataPreface.FIRST_BYTE).put(rest);
    DataPreface preface = DataPreface.parse(bytes.array());
    DataGate gate = gates.get(preface.move());
    if (gate == null) {
      throw MigrationException.malformed("no move of this name is under way");
    }
    DataConnection connection = DataConnection.over(stranger, timeout);
    if (!gate.admit(preface, connection)) {
      connection.close();
    }
  }

  private static byte[] read(SocketChannel channel, int size) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(size);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes) < 0) {
        throw new EOFException("the caller hung up");
      }
    }
    return bytes.array();
  }

  /** Takes no more connections; those that are there live on. */
  @Override
  public void close() {
    Connections.close(server);
  }
}
