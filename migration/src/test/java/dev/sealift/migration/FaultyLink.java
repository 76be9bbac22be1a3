package dev.sealift.migration;

import dev.sealift.migration.LinkPlace.Stream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A link between two hosts that passes everything on, but for one fault at one place. */
final class FaultyLink implements AutoCloseable {
  /** Shorter than any time limit of a move that it is used with. */
  private static final Duration MOMENT = Duration.ofMillis(60);

  /** Long enough for some attempts to connect again. */
  private static final Duration OUTAGE = Duration.ofMillis(900);

  private static final int SLOW_BYTES = 32;
  private static final int NARROW = 2048;

  private final ServerSocket server;
  private final InetSocketAddress destination;
  private final @Nullable LinkFault fault;
  private final @Nullable LinkPlace place;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final Map<Stream, List<LinkFrame.Kind>> passed = new ConcurrentHashMap<>();
  private final AtomicInteger controls = new AtomicInteger();
  private final AtomicInteger datas = new AtomicInteger();
  private final AtomicBoolean struck = new AtomicBoolean();
  private volatile long downUntil = System.nanoTime();
  private volatile boolean trickles;
  private volatile boolean closed;

  private FaultyLink(
      InetSocketAddress destination,
      @Nullable LinkFault fault,
      @Nullable LinkPlace place,
      boolean narrow)
      throws IOException {
    this.destination = destination;
    this.fault = fault;
    this.place = place;
    server = new ServerSocket();
    if (narrow) {
      server.setReceiveBufferSize(NARROW);
    }
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    Thread.ofVirtual().name("link").start(this::acceptAll);
  }

  /** A link without a fault, to learn what passes. */
  static FaultyLink sound(InetSocketAddress destination) throws IOException {
    return new FaultyLink(destination, null, null, false);
  }

  static FaultyLink with(InetSocketAddress destination, LinkFault fault, LinkPlace place)
      throws IOException {
    return new FaultyLink(destination, fault, place, false);
  }

  /** The same with a TCP window so small that whoever writes soon waits for whoever reads. */
  static FaultyLink narrow(InetSocketAddress destination, LinkFault fault, LinkPlace place)
      throws IOException {
    return new FaultyLink(destination, fault, place, true);
  }

  /** Where the source shall connect to. */
  InetSocketAddress address() {
    return (InetSocketAddress) server.getLocalSocketAddress();
  }

  /** The frames that passed, stream by stream. */
  Map<Stream, List<LinkFrame.Kind>> passed() {
    return Map.copyOf(passed);
  }

  /** Whether the place was reached. */
  boolean hasStruck() {
    return struck.get();
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
      if (isDown()) {
        near.close();
        return;
      }
      near.setTcpNoDelay(true);
      var first = new FirstByte(near.getInputStream());
      boolean data = first.peek() == 'S';
      var far = new Socket(destination.getAddress(), destination.getPort());
      sockets.add(far);
      far.setTcpNoDelay(true);
      if (closed || isDown()) {
        near.close();
        far.close();
        return;
      }
      int number = (data ? datas : controls).getAndIncrement();
      LinkFrame.Reader there =
          data ? LinkFrame.batches(first) : LinkFrame.records(LinkFrame.Kind.TO_DESTINATION, first);
      LinkFrame.Reader back = LinkFrame.records(LinkFrame.Kind.TO_SOURCE, far.getInputStream());
      pump(new Stream(data, number, false), there, near, far);
      pump(new Stream(data, number, true), back, far, near);
    } catch (IOException lost) {
      hangUp(near);
    }
  }

  private boolean isDown() {
    return downUntil - System.nanoTime() > 0;
  }

  private void pump(Stream stream, LinkFrame.Reader frames, Socket from, Socket to) {
    Thread.ofVirtual()
        .name("link-pump")
        .start(() -> {
          try {
            passAll(stream, frames, from, to);
          } catch (IOException hungUp) {
            hangUp(from);
            hangUp(to);
          }
        });
  }

  private void passAll(Stream stream, LinkFrame.Reader frames, Socket from, Socket to)
      throws IOException {
    List<LinkFrame.Kind> seen = new ArrayList<>();
    OutputStream out = to.getOutputStream();
    for (LinkFrame frame = frames.next(); frame.bytes().length > 0; frame = frames.next()) {
      boolean here =
          place != null
              && place.stream().equals(stream)
              && place.frame() == seen.size()
              && struck.compareAndSet(false, true);
      seen.add(frame.kind());
      passed.put(stream, List.copyOf(seen));
      if (here) {
        int offset = place.spot().offset(frame.bytes().length);
        if (!strike(frames, frame.bytes(), offset, from, to)) {
          return;
        }
      } else if (trickles && stream.equals(place.stream())) {
        trickle(out, frame.bytes(), 0);
      } else {
        out.write(frame.bytes());
      }
    }
    to.shutdownOutput();
  }

  /** Returns whether anything may follow. */
  private boolean strike(LinkFrame.Reader frames, byte[] frame, int offset, Socket from, Socket to)
      throws IOException {
    OutputStream out = to.getOutputStream();
    int rest = frame.length - offset;
    switch (fault) {
      case CUT -> {
        out.write(frame, 0, offset);
        hangUp(from);
        hangUp(to);
      }
      case SEVER -> {
        out.write(frame, 0, offset);
        downUntil = System.nanoTime() + OUTAGE.toNanos();
        sockets.forEach(FaultyLink::hangUp);
      }
      case STALL -> out.write(frame, 0, offset);
      case PAUSE -> {
        out.write(frame, 0, offset);
        LockSupport.parkNanos(MOMENT.toNanos());
        out.write(frame, offset, rest);
      }
      case SLOW -> {
        int slow = Math.min(rest, SLOW_BYTES);
        out.write(frame, 0, offset);
        for (int i = 0; i < slow; i++) {
          LockSupport.parkNanos(MOMENT.toNanos() / SLOW_BYTES);
          out.write(frame[offset + i]);
        }
        out.write(frame, offset + slow, rest - slow);
      }
      case TRICKLE -> {
        trickles = true;
        out.write(frame, 0, offset);
        trickle(out, frame, offset);
      }
      case SWAP -> {
        out.write(offset == 0 ? nextIfSoon(frames, from) : slice(frame, offset, rest));
        out.write(frame, 0, offset == 0 ? frame.length : offset);
      }
      case REPEAT -> {
        out.write(frame, 0, offset == 0 ? frame.length : offset);
        out.write(frame);
      }
      case DROP -> out.write(frame, offset, offset == 0 ? 0 : rest);
      case FLIP -> {
        frame[offset] ^= 4;
        out.write(frame);
      }
      case null -> throw new AssertionError("a place without a fault");
    }
    return switch (fault) {
      case CUT, SEVER, STALL -> false;
      default -> true;
    };
  }

  private static void trickle(OutputStream out, byte[] bytes, int from) throws IOException {
    for (int i = from; i < bytes.length; i++) {
      LockSupport.parkNanos(MOMENT.toNanos());
      out.write(bytes[i]);
    }
  }

  /** The frame after this one, or nothing where the peer waits for an answer first. */
  private static byte[] nextIfSoon(LinkFrame.Reader frames, Socket from) throws IOException {
    from.setSoTimeout(Math.toIntExact(MOMENT.toMillis()));
    try {
      return frames.next().bytes();
    } catch (SocketTimeoutException nothing) {
      return new byte[0];
    } finally {
      from.setSoTimeout(0);
    }
  }

  private static byte[] slice(byte[] bytes, int offset, int length) {
    byte[] slice = new byte[length];
    System.arraycopy(bytes, offset, slice, 0, length);
    return slice;
  }

  /** A stream whose first byte can be looked at. */
  private static final class FirstByte extends java.io.PushbackInputStream {
    FirstByte(InputStream in) {
      super(in, 1);
    }

    int peek() throws IOException {
      int first = read();
      if (first >= 0) {
        unread(first);
      }
      return first;
    }
  }

  private static void hangUp(Closeable socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is hung up either way.
    }
  }

  @Override
  public void close() {
    closed = true;
    hangUp(server);
    sockets.forEach(FaultyLink::hangUp);
  }
}
