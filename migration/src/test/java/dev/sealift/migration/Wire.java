package dev.sealift.migration;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Somebody on the way between two hosts: passes on what they send, remembers all of it, and may
 * tamper with the batches or cut the link.
 */
final class Wire implements AutoCloseable {
  private static final int PREFACE_SIZE = 44;

  /** What becomes of a batch on its way. */
  interface Tampering {
    Tampering NONE = (connection, number, batch) -> List.of(batch);

    /**
     * A batch came by.
     *
     * @param connection the data connection, in the order in which they were opened
     * @param number the batch's number on it, from 1
     * @param batch preamble, sealed header and ciphertext
     * @return what goes on
     */
    List<byte[]> pass(int connection, long number, byte[] batch);

    /** What goes on of a batch has gone on. */
    default void passed(int connection, long number) {}
  }

  private final ServerSocket server;
  private final InetSocketAddress destination;
  private final List<ByteArrayOutputStream> captures = new CopyOnWriteArrayList<>();
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final AtomicLong fromSource = new AtomicLong();
  private final AtomicLong batches = new AtomicLong();
  private volatile Tampering tampering = Tampering.NONE;
  private volatile boolean cut;

  private Wire(ServerSocket server, InetSocketAddress destination) {
    this.server = server;
    this.destination = destination;
  }

  static Wire to(InetSocketAddress destination) throws IOException {
    var wire = new Wire(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), destination);
    Thread.ofVirtual().name("wire").start(wire::acceptAll);
    return wire;
  }

  /** Where the source shall connect to. */
  InetSocketAddress address() {
    return (InetSocketAddress) server.getLocalSocketAddress();
  }

  void tamper(Tampering with) {
    tampering = with;
  }

  /** Cuts every connection, and takes no more. */
  void cut() {
    cut = true;
    sockets.forEach(Wire::hangUp);
  }

  /** Cuts the connections that there are; new ones are taken. */
  void snap() {
    sockets.forEach(Wire::hangUp);
  }

  /** Takes connections again. */
  void mend() {
    cut = false;
  }

  /** All that went by, a stream for each connection and direction. */
  List<byte[]> captured() {
    return captures.stream()
        .map(capture -> {
          synchronized (capture) {
            return capture.toByteArray();
          }
        })
        .toList();
  }

  /** Bytes that came from the source. */
  long bytesFromSource() {
    return fromSource.get();
  }

  /** Batches that came from the source. */
  long batches() {
    return batches.get();
  }

  private void acceptAll() {
    int dataConnections = 0;
    while (!server.isClosed()) {
      try {
        Socket near = server.accept();
        if (cut) {
          near.close();
          continue;
        }
        var far = new Socket(destination.getAddress(), destination.getPort());
        sockets.add(near);
        sockets.add(far);
        int first = near.getInputStream().read();
        fromSource.incrementAndGet();
        far.getOutputStream().write(first);
        boolean data = first == 'S';
        int index = data ? dataConnections++ : -1;
        ByteArrayOutputStream there = capture();
        ByteArrayOutputStream back = capture();
        there.write(first);
        start(near, () -> passOn(near, far, there, index));
        start(near, () -> copy(far.getInputStream(), near.getOutputStream(), back));
      } catch (IOException closed) {
        // The next caller, or the end: the loop's condition.
      }
    }
  }

  private ByteArrayOutputStream capture() {
    var capture = new ByteArrayOutputStream();
    captures.add(capture);
    return capture;
  }

  private interface Pump {
    void run() throws IOException;
  }

  private static void start(Socket near, Pump pump) {
    Thread.ofVirtual()
        .name("wire-pump")
        .start(() -> {
          try {
            pump.run();
          } catch (IOException hungUp) {
            hangUp(near);
          }
        });
  }

  private void passOn(Socket near, Socket far, ByteArrayOutputStream capture, int index)
      throws IOException {
    InputStream in = new Counting(near.getInputStream(), fromSource);
    if (index < 0) {
      copy(in, far.getOutputStream(), capture);
    } else {
      passBatches(new DataInputStream(in), far.getOutputStream(), capture, index);
    }
    far.shutdownOutput();
  }

  private void passBatches(
      DataInputStream in, OutputStream out, ByteArrayOutputStream capture, int index)
      throws IOException {
    byte[] preface = in.readNBytes(PREFACE_SIZE - 1);
    record(capture, preface);
    out.write(preface);
    for (long number = 1; ; number++) {
      byte[] preamble = in.readNBytes(8);
      if (preamble.length < 8) {
        return;
      }
      ByteBuffer lengths = ByteBuffer.wrap(preamble);
      int pages = lengths.getInt();
      int sealed = lengths.getInt();
      ByteBuffer batch = ByteBuffer.allocate(8 + sealed + pages * 4096).put(preamble);
      in.readFully(batch.array(), 8, batch.remaining());
      batches.incrementAndGet();
      record(capture, batch.array());
      for (byte[] passed : tampering.pass(index, number, batch.array())) {
        out.write(passed);
      }
      tampering.passed(index, number);
    }
  }

  private static void copy(InputStream in, OutputStream out, ByteArrayOutputStream capture)
      throws IOException {
    byte[] buffer = new byte[65536];
    for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
      record(capture, Arrays.copyOf(buffer, read));
      out.write(buffer, 0, read);
    }
  }

  private static void record(ByteArrayOutputStream capture, byte[] bytes) {
    synchronized (capture) {
      capture.writeBytes(bytes);
    }
  }

  /** Counts what is read. */
  private static final class Counting extends FilterInputStream {
    private final AtomicLong count;

    Counting(InputStream in, AtomicLong count) {
      super(in);
      this.count = count;
    }

    @Override
    public int read() throws IOException {
      int one = in.read();
      count.addAndGet(one < 0 ? 0 : 1);
      return one;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int read = in.read(into, offset, length);
      count.addAndGet(Math.max(0, read));
      return read;
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
    hangUp(server);
    sockets.forEach(Wire::hangUp);
  }
}
