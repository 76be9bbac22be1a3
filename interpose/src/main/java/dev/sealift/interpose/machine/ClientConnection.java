package dev.sealift.interpose.machine;

import dev.sealift.abi.Errno;
import dev.sealift.linux.LinuxSockets;

/**
 * A program's end of a connection: that of one of its threads, which has one call under way at a
 * time. Any thread may close it.
 */
final class ClientConnection {
  private final LinuxSockets sockets;

  /** The descriptor; or the negative errno for which there is none. */
  private final int fd;

  private final Frame frame;

  /** Guarded by this. */
  private boolean underWay;

  private boolean closed;
  private boolean descriptorClosed;

  /**
   * A connection that is open, or was refused.
   *
   * @param fd its descriptor; or a negative errno, which every call is answered with
   * @param frame the thread's own
   */
  ClientConnection(LinuxSockets sockets, int fd, Frame frame) {
    this.sockets = sockets;
    this.fd = fd;
    this.frame = frame;
    this.closed = fd < 0;
    this.descriptorClosed = fd < 0;
  }

  /** What is sent by {@link #call}, and then what was answered behind the result. */
  Frame frame() {
    return frame;
  }

  synchronized boolean isClosed() {
    return closed;
  }

  /**
   * Sends the request that is in the frame and waits for the answer.
   *
   * @return its result; {@code -ENODEV} if the connection is lost, or closed meanwhile
   */
  long call() {
    if (!begin()) {
      return fd < 0 ? fd : Errno.ENODEV.negated();
    }
    boolean answered = false;
    try {
      answered = exchange();
      return answered ? frame.getLong() : Errno.ENODEV.negated();
    } catch (MalformedFrameException malformed) {
      // A machine that does not keep to the protocol is as good as lost.
      answered = false;
      return Errno.ENODEV.negated();
    } finally {
      end(answered);
    }
  }

  private boolean exchange() throws MalformedFrameException {
    frame.end();
    if (sockets.sendAll(fd, frame.ended()) < 0) {
      return false;
    }
    frame.await();
    do {
      long came = sockets.receive(fd, frame.rest());
      if (came <= 0) {
        return false;
      }
      frame.came((int) came);
    } while (!frame.isWhole());
    return true;
  }

  private synchronized boolean begin() {
    if (closed || underWay) {
      return false;
    }
    underWay = true;
    return true;
  }

  private synchronized void end(boolean answered) {
    underWay = false;
    if (!answered || closed) {
      close();
    }
  }

  /** Closes the connection; a call that another thread has under way comes back. */
  synchronized void close() {
    closed = true;
    if (descriptorClosed) {
      return;
    }
    if (underWay) {
      // Whoever waits uses the descriptor until then.
      sockets.shutdown(fd);
    } else {
      descriptorClosed = true;
      sockets.close(fd);
    }
  }
}
