package dev.sealift.migration.wire;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;

/** Opening and giving up TCP connections. */
final class Connections {
  /** What a peer may say in vain, in bytes. */
  private static final int MOST_UNREAD = 1 << 16;

  private Connections() {}

  /**
   * A plain socket: interrupting a thread that writes to it does not close it, so COMMIT cannot be
   * lost that way.
   */
  static Socket connect(InetSocketAddress address, Duration timeout) throws MigrationException {
    var socket = new Socket();
    connect(socket, address, timeout);
    return socket;
  }

  /** Connects a socket, or closes it. */
  static void connect(Socket socket, InetSocketAddress address, Duration timeout)
      throws MigrationException {
    if (address.isUnresolved()) {
      close(socket);
      throw new MigrationException(
          FailureCode.LINK_LOST,
          "the host name %s is not known".formatted(address.getHostString()));
    }
    try {
      socket.connect(address, Math.toIntExact(timeout.toMillis()));
      socket.setTcpNoDelay(true);
    } catch (IOException lost) {
      close(socket);
      throw LinkFailures.of("the connection to " + address, lost);
    }
  }

  /**
   * Gives a connection up so that the peer hears what was said last: closed with bytes unread it
   * would be reset, and the peer's kernel would throw that away. Whoever calls sets the time limit.
   */
  static void closeGently(Socket socket) {
    try (socket) {
      socket.shutdownOutput();
      socket.getInputStream().readNBytes(MOST_UNREAD);
    } catch (IOException e) {
      // The peer is gone, or the time is up.
    }
  }

  static void close(Closeable connection) {
    try {
      connection.close();
    } catch (IOException e) {
      // Nothing is lost with a connection that is given up.
    }
  }
}
