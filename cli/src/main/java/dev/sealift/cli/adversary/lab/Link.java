package dev.sealift.cli.adversary.lab;

import dev.sealift.cli.process.HostTrust;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Whoever holds the network between two hosts: passes on what the source sends, remembers all of
 * it, and does to the batches of private pages what the attack says.
 */
public final class Link implements AutoCloseable {
  private static final int PREFACE_BYTES = 44;
  private static final int PREAMBLE_BYTES = 8;
  private static final int PAGE_BYTES = 4096;

  /** What becomes of a batch on its way. */
  public interface Tampering {
    /** It goes on as it came. */
    Tampering NONE = (connection, number, batch) -> List.of(batch);

    /**
     * A batch came by.
     *
     * @param connection the data connection, in the order in which they were opened
     * @param number the batch's number on it, from 1
     * @param batch preamble, sealed header and ciphertexts
     * @return what goes on in its place
     */
    List<byte[]> pass(int connection, long number, byte[] batch) throws IOException;
  }

  private final ServerSocket server;
  private final InetSocketAddress destination;
  private final List<ByteArrayOutputStream> recorded = new CopyOnWriteArrayList<>();
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final AtomicInteger dataConnections = new AtomicInteger();
  private volatile Tampering tampering = Tampering.NONE;

  private Link(ServerSocket server, InetSocketAddress destination) {
    this.server = server;
    this.destination = destination;
  }

  static Link to(InetSocketAddress destination) throws IOException {
    Link link = new Link(new ServerSocket(0, 50, HostTrust.LOOPBACK), destination);
    Thread.ofVirtual().name("link").start(link::acceptAll);
    return link;
  }

  /** Where the source connects to. */
  InetSocketAddress address() {
    return (InetSocketAddress) server.getLocalSocketAddress();
  }

  /** From here on this is done to batches. */
  public void tamper(Tampering with) {
    tampering = with;
  }

  /** Where the ciphertext of a page lies in a batch. */
  public static int ciphertextOffset(byte[] batch, int index) {
    return PREAMBLE_BYTES + sealedBytes(batch) + index * PAGE_BYTES;
  }

  /** Where the sealed header of a page lies in a batch: its number u64, then its packet header. */
  public static int sealedPageOffset(int index) {
    return PREAMBLE_BYTES + 16 + index * 60;
  }

  private static int sealedBytes(byte[] batch) {
    return ByteBuffer.wrap(batch).getInt(Integer.BYTES);
  }

  /** All that the source sent, a stream for each connection in the order of their opening. */
  public List<byte[]> recorded() {
    return recorded.stream()
        .map(stream -> {
          synchronized (stream) {
            return stream.toByteArray();
          }
        })
        .toList();
  }

  private void acceptAll() {
    while (!server.isClosed()) {
      try {
        Socket near = server.accept();
        Socket far = new Socket(destination.getAddress(), destination.getPort());
        sockets.add(near);
        sockets.add(far);
        ByteArrayOutputStream record = new ByteArrayOutputStream();
        recorded.add(record);
        start(near, () -> passOn(near, far, record));
        start(
            near,
            () -> {
              far.getInputStream().transferTo(near.getOutputStream());
              near.shutdownOutput();
            });
      } catch (IOException closed) {
        // The next caller, or the end: the loop's condition.
      }
    }
  }

  private interface Pump {
    void run() throws IOException;
  }

  private static void start(Socket near, Pump pump) {
    Thread.ofVirtual()
        .name("link-pump")
        .start(() -> {
          try {
            pump.run();
          } catch (IOException hungUp) {
            hangUp(near);
          }
        });
  }

  private void passOn(Socket near, Socket far, ByteArrayOutputStream record) throws IOException {
    DataInputStream in = new DataInputStream(near.getInputStream());
    OutputStream out = far.getOutputStream();
    byte[] first = {in.readByte()};
    write(first, out, record);
    if (first[0] == 'S') {
      passBatches(in, out, record, dataConnections.getAndIncrement());
    } else {
      passBytes(in, out, record);
    }
    far.shutdownOutput();
  }

  private static void passBytes(InputStream in, OutputStream out, ByteArrayOutputStream record)
      throws IOException {
    byte[] buffer = new byte[16384];
    for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
      write(buffer, read, out, record);
    }
  }

  private void passBatches(
      DataInputStream in, OutputStream out, ByteArrayOutputStream record, int connection)
      throws IOException {
    write(in.readNBytes(PREFACE_BYTES - 1), out, record);
    for (long number = 1; ; number++) {
      byte[] preamble = in.readNBytes(PREAMBLE_BYTES);
      if (preamble.length < PREAMBLE_BYTES) {
        return;
      }
      int pages = ByteBuffer.wrap(preamble).getInt();
      int rest = sealedBytes(preamble) + pages * PAGE_BYTES;
      byte[] batch = ByteBuffer.allocate(PREAMBLE_BYTES + rest).put(preamble).array();
      in.readFully(batch, PREAMBLE_BYTES, rest);
      synchronized (record) {
        record.writeBytes(batch);
      }
      for (byte[] passed : tampering.pass(connection, number, batch.clone())) {
        out.write(passed);
      }
    }
  }

  private static void write(byte[] bytes, OutputStream out, ByteArrayOutputStream record)
      throws IOException {
    write(bytes, bytes.length, out, record);
  }

  private static void write(
      byte[] bytes, int length, OutputStream out, ByteArrayOutputStream record) throws IOException {
    synchronized (record) {
      record.write(bytes, 0, length);
    }
    out.write(bytes, 0, length);
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
    sockets.forEach(Link::hangUp);
  }
}
