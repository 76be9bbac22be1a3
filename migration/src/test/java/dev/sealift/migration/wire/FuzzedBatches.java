package dev.sealift.migration.wire;

import dev.sealift.fuzz.Promise;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Batches as bytes on a data connection: as a stranger on the way changes them, and as a peer seals
 * them who has the move's key and means no good.
 */
final class FuzzedBatches {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int PAGES = 4;

  private final Supplier<BatchSeal> seals;
  private final PacketSlots slots =
      new PacketSlots(Arena.ofAuto().allocate(PacketSlots.bytes(PAGES), 4096), PAGES);
  private @Nullable ServerSocketChannel server;

  FuzzedBatches(Supplier<BatchSeal> seals) {
    this.seals = seals;
  }

  /** Reads batches until the stream ends. */
  void readStream(byte[] input) throws Exception {
    try (SocketChannel sender = connect();
        BatchReader reader = accept()) {
      send(sender, input);
      long bytes = 0;
      for (var batch = reader.next(); batch.isPresent(); batch = reader.next()) {
        int pages = batch.get().gfns().length;
        Promise.holds(pages >= 1 && pages <= PAGES, "a batch has as many pages as there are slots");
        bytes += BatchLayout.bytes(pages);
      }
      Promise.holds(bytes == input.length, "a stream is whole batches");
    }
  }

  /** The input is what the sealed header says; the seal and what is around it are in order. */
  void readSealed(byte[] input) throws Exception {
    int pages = 1 + Math.floorMod(input.length, PAGES);
    byte[] header = Arrays.copyOf(input, BatchLayout.headerSize(pages));
    byte[] preamble = BatchLayout.preamble(pages);
    var stream = new ByteArrayOutputStream();
    stream.writeBytes(preamble);
    stream.writeBytes(seals.get().seal(1, preamble, header));
    stream.writeBytes(new byte[pages * 4096]);
    readStream(stream.toByteArray());
  }

  /** Sound batches. */
  byte[] stream(int... pages) {
    var stream = new ByteArrayOutputStream();
    for (int number = 1; number <= pages.length; number++) {
      int count = pages[number - 1];
      byte[] preamble = BatchLayout.preamble(count);
      stream.writeBytes(preamble);
      stream.writeBytes(seals.get().seal(number, preamble, header(number, count)));
      stream.writeBytes(new byte[count * 4096]);
    }
    return stream.toByteArray();
  }

  /** What the sealed header of the first batch says. */
  byte[] header(int pages) {
    byte[] header = header(1, pages);
    // The length says how many pages: see readSealed.
    return Arrays.copyOf(header, header.length - Math.floorMod(header.length - pages + 1, PAGES));
  }

  private static byte[] header(int number, int pages) {
    ByteBuffer header = ByteBuffer.allocate(BatchLayout.headerSize(pages));
    header.putInt(0).putLong(number).putInt(pages);
    for (int i = 0; i < pages; i++) {
      header.putLong(16 + i * 60, 100 + i);
    }
    return header.array();
  }

  private SocketChannel connect() throws IOException {
    ServerSocketChannel open = server;
    if (open == null) {
      open =
          ServerSocketChannel.open()
              .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      server = open;
    }
    SocketChannel sender = SocketChannel.open(open.getLocalAddress());
    sender.setOption(StandardSocketOptions.SO_SNDBUF, 1 << 17);
    return sender;
  }

  private BatchReader accept() throws IOException {
    SocketChannel accepted = server.accept();
    // Thousands of connections an hour: none lingers after its end.
    accepted.setOption(StandardSocketOptions.SO_LINGER, 0);
    return new BatchReader(
        DataConnection.over(accepted, PATIENCE), seals.get(), slots, new Manifest(4));
  }

  private static void send(SocketChannel sender, byte[] input) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(input);
    while (bytes.hasRemaining()) {
      sender.write(bytes);
    }
    sender.shutdownOutput();
  }
}
