package dev.sealift.testkit;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The network from one host to another: passes every connection on, and fails when it is told to.
 * Bytes are counted over all connections, from the source to the destination, from the moment of
 * the order on. Thread-safe.
 */
public final class Link {
  private static final int PIECE = 16 << 10;
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final InetSocketAddress destination;
  private final ServerSocket server;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final LinkFaults faults = new LinkFaults();
  private volatile boolean down;
  private volatile boolean stalled;
  private volatile long bytesPerSecond = Long.MAX_VALUE;
  private volatile boolean closed;

  private Link(InetSocketAddress destination, ServerSocket server) {
    this.destination = destination;
    this.server = server;
  }

  static Link to(InetSocketAddress destination) {
    try {
      var link = new Link(destination, new ServerSocket());
      link.server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      Thread.ofVirtual().name("link").start(link::acceptAll);
      return link;
    } catch (IOException e) {
      throw new UncheckedIOException("no port can be had on the loopback interface", e);
    }
  }

  /** Where the destination is reached through this link. */
  public InetSocketAddress address() {
    return (InetSocketAddress) server.getLocalSocketAddress();
  }

  /** Bytes that went to the destination so far. */
  public long passed() {
    return faults.passed();
  }

  /** Cuts all connections now; new ones are taken. */
  public void cut() {
    sockets.forEach(Link::hangUp);
  }

  /** Cuts all connections after so many bytes more; new ones are taken. */
  public void cutAfter(long bytes) {
    faults.order(LinkFaults.Kind.CUT, bytes);
  }

  /** Cuts all connections now, and takes none until {@link #mend}. */
  public void sever() {
    down = true;
    cut();
  }

  /** The same after so many bytes more. */
  public void severAfter(long bytes) {
    faults.order(LinkFaults.Kind.SEVER, bytes);
  }

  /** Passes nothing on until {@link #mend}, and tells nobody. */
  public void stall() {
    stalled = true;
  }

  /** The same after so many bytes more. */
  public void stallAfter(long bytes) {
    faults.order(LinkFaults.Kind.STALL, bytes);
  }

  /** Flips one bit of the byte that comes after so many more. */
  public void flipBitAfter(long bytes) {
    faults.order(LinkFaults.Kind.FLIP, bytes);
  }

  /**
   * From here on each connection carries no more than this, in each direction.
   *
   * @param newBytesPerSecond at least 1
   */
  public void slowTo(long newBytesPerSecond) {
    if (newBytesPerSecond < 1) {
      throw new IllegalArgumentException("a link carries at least a byte per second");
    }
    bytesPerSecond = newBytesPerSecond;
  }

  /** Takes back all that was ordered: from here on it is a good link. */
  public void mend() {
    faults.clear();
    bytesPerSecond = Long.MAX_VALUE;
    down = false;
    stalled = false;
  }

  private void acceptAll() {
    while (!closed) {
      try {
        Socket near = server.accept();
        Thread.ofVirtual().name("link-connection").start(() -> join(near));
      } catch (IOException end) {
        // Closed: the loop's condition.
      }
    }
  }

  private void join(Socket near) {
    sockets.add(near);
    try {
      if (down || closed) {
        near.close();
        return;
      }
      var far = new Socket(destination.getAddress(), destination.getPort());
      sockets.add(far);
      near.setTcpNoDelay(true);
      far.setTcpNoDelay(true);
      if (down || closed) {
        near.close();
        far.close();
        return;
      }
      pump(near, far, true);
      pump(far, near, false);
    } catch (IOException lost) {
      hangUp(near);
    }
  }

  private void pump(Socket from, Socket to, boolean counts) {
    Thread.ofVirtual()
        .name("link-pump")
        .start(() -> {
          try {
            passAll(from, to, counts);
          } catch (IOException hungUp) {
            hangUp(from);
            hangUp(to);
          }
        });
  }

  private void passAll(Socket from, Socket to, boolean counts) throws IOException {
    InputStream in = from.getInputStream();
    OutputStream out = to.getOutputStream();
    byte[] piece = new byte[PIECE];
    int read = in.read(piece, 0, pieceSize());
    while (read >= 0) {
      pace(read);
      if (counts) {
        send(out, piece, read);
      } else {
        awaitMoving();
        out.write(piece, 0, read);
      }
      read = in.read(piece, 0, pieceSize());
    }
    to.shutdownOutput();
  }

  private void send(OutputStream out, byte[] piece, int length) throws IOException {
    int at = 0;
    while (at < length) {
      awaitMoving();
      LinkFaults.Stretch stretch = faults.pass(length - at);
      int whole = stretch.bytes();
      Optional<LinkFaults.Kind> fault = stretch.fault();
      if (fault.isPresent() && fault.get() == LinkFaults.Kind.FLIP) {
        piece[at + whole] ^= 4;
      }
      out.write(piece, at, whole);
      at += whole;
      fault.ifPresent(this::strike);
    }
  }

  private void strike(LinkFaults.Kind kind) {
    switch (kind) {
      case CUT -> cut();
      case SEVER -> sever();
      case STALL -> stall();
      case FLIP -> {
        // The bit is flipped already.
      }
    }
  }

  private int pieceSize() {
    return Math.clamp(bytesPerSecond / 100, 1, PIECE);
  }

  private void pace(int bytes) {
    long rate = bytesPerSecond;
    if (rate != Long.MAX_VALUE) {
      LockSupport.parkNanos(bytes * TimeUnit.SECONDS.toNanos(1) / rate);
    }
  }

  private void awaitMoving() throws IOException {
    while (stalled) {
      if (closed) {
        throw new IOException("the link is gone");
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  private static void hangUp(Closeable socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is hung up either way.
    }
  }

  /** Ends it; returns the faults that never struck. */
  List<String> close() {
    closed = true;
    hangUp(server);
    cut();
    return faults.left();
  }
}
