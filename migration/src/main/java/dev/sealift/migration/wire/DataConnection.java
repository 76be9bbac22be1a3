package dev.sealift.migration.wire;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/**
 * A TCP connection whose every wait ends: what is expected in the middle of something comes within
 * a time limit, and closing it from another thread ends a wait at once.
 */
final class DataConnection implements AutoCloseable {
  private final SocketChannel channel;
  private final Selector selector;
  private final SelectionKey key;
  private final Duration timeout;

  /** One thread writes it, others look at it. */
  private volatile long bytesWritten;

  private DataConnection(SocketChannel channel, Selector selector, Duration timeout)
      throws IOException {
    this.channel = channel;
    this.selector = selector;
    this.timeout = timeout;
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    channel.configureBlocking(false);
    key = channel.register(selector, 0);
  }

  /** Takes over a connected channel; closes it if that fails. */
  static DataConnection over(SocketChannel channel, Duration timeout) throws IOException {
    Selector selector = null;
    try {
      selector = Selector.open();
      return new DataConnection(channel, selector, timeout);
    } catch (IOException e) {
      if (selector != null) {
        selector.close();
      }
      channel.close();
      throw e;
    }
  }

  /** Writes all the buffers' bytes. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes
  void write(ByteBuffer... buffers) throws IOException {
    long left = 0;
    for (ByteBuffer buffer : buffers) {
      left += buffer.remaining();
    }
    while (left > 0) {
      long written = channel.write(buffers);
      if (written == 0) {
        await(SelectionKey.OP_WRITE, timeout);
      }
      left -= written;
      bytesWritten += written;
    }
  }

  /** Fills the buffer. */
  void read(ByteBuffer into) throws IOException {
    while (into.hasRemaining()) {
      int read = channel.read(into);
      if (read < 0) {
        throw new EOFException("the peer closed it in the middle of a batch");
      }
      if (read == 0) {
        await(SelectionKey.OP_READ, timeout);
      }
    }
  }

  /**
   * Fills the buffer, with no limit on the wait for its first byte.
   *
   * @return false where the peer ended the connection before the first byte
   */
  boolean readUnlessEnded(ByteBuffer into) throws IOException {
    int read = channel.read(into);
    while (read == 0) {
      await(SelectionKey.OP_READ, Duration.ZERO);
      read = channel.read(into);
    }
    if (read < 0) {
      return false;
    }
    read(into);
    return true;
  }

  /** Bytes written so far. */
  long bytesWritten() {
    return bytesWritten;
  }

  private void await(int operation, Duration limit) throws IOException {
    try {
      key.interestOps(operation);
      int ready = selector.select(limit.toMillis());
      selector.selectedKeys().clear();
      if (!channel.isOpen() || Thread.currentThread().isInterrupted()) {
        throw new AsynchronousCloseException();
      }
      if (ready == 0 && !limit.isZero()) {
        throw new SocketTimeoutException("nothing moved for " + limit.toSeconds() + " s");
      }
    } catch (ClosedSelectorException | CancelledKeyException closed) {
      var closedByUs = new AsynchronousCloseException();
      closedByUs.initCause(closed);
      throw closedByUs;
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
      selector.close();
    } catch (IOException e) {
      // Nothing is lost with a connection that is given up.
    }
  }
}
