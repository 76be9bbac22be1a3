package dev.sealift.migration.wire;

import dev.sealift.abi.sev.SevLimits;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/** The source's end of a data connection: seals the batches and sends them. Thread-confined. */
public final class BatchWriter implements AutoCloseable {
  private final DataConnection connection;
  private final BatchSeal seal;
  private final PacketSlots slots;
  private final Manifest manifest;
  private final byte[] header;
  private final byte[] sealed;
  private final ByteBuffer front;
  private long number;

  BatchWriter(DataConnection connection, BatchSeal seal, PacketSlots slots, Manifest manifest) {
    this.connection = connection;
    this.seal = seal;
    this.slots = slots;
    this.manifest = manifest;
    header = new byte[BatchLayout.headerSize(slots.pages())];
    sealed = new byte[BatchLayout.sealedSize(slots.pages())];
    front = ByteBuffer.allocateDirect(BatchLayout.PREAMBLE_SIZE + sealed.length);
  }

  /**
   * Opens a data connection of a move.
   *
   * @param control the move's control connection
   * @param index the connection's index, from 0
   * @param slots where the packets will lie
   * @param manifest gets every batch
   */
  public static BatchWriter connect(
      InetSocketAddress address,
      ControlConnection control,
      MoveId move,
      int index,
      PacketSlots slots,
      Manifest manifest,
      Duration timeout)
      throws MigrationException {
    var seal = new BatchSeal(control.batchKey(move), move, index);
    DataConnection connection = null;
    try {
      SocketChannel channel = SocketChannel.open();
      Connections.connect(channel.socket(), address, timeout);
      connection = DataConnection.over(channel, timeout);
      connection.write(ByteBuffer.wrap(DataPreface.of(seal).bytes()));
      return new BatchWriter(connection, seal, slots, manifest);
    } catch (IOException lost) {
      if (connection != null) {
        connection.close();
      }
      throw LinkFailures.of("data connection " + index, lost);
    }
  }

  /** Where the packets of the next batch are put. */
  public PacketSlots slots() {
    return slots;
  }

  /** The connection's index. */
  public int connection() {
    return seal.connection();
  }

  /**
   * Sends the first packets of the slots as one batch, in one gathering write.
   *
   * @param round the round they belong to
   * @param gfns the page numbers
   * @param count how many of them, 1 to {@link PacketSlots#pages()}
   */
  public void send(int round, long[] gfns, int count) throws MigrationException {
    number++;
    byte[] preamble = BatchLayout.preamble(count);
    layOutHeader(round, gfns, count);
    seal.seal(number, preamble, header, BatchLayout.headerSize(count), sealed);
    manifest.batch(seal.connection(), sealed, BatchLayout.sealedSize(count));
    front.clear().put(preamble).put(sealed, 0, BatchLayout.sealedSize(count));
    write(front.flip(), slots.ciphers(count));
  }

  private void layOutHeader(int round, long[] gfns, int count) {
    ByteBuffer out = ByteBuffer.wrap(header).putInt(round).putLong(number).putInt(count);
    for (int i = 0; i < count; i++) {
      out.putLong(gfns[i]);
      MemorySegment.copy(
          slots.header(i),
          ValueLayout.JAVA_BYTE,
          0,
          header,
          out.position(),
          SevLimits.PACKET_HEADER);
      out.position(out.position() + SevLimits.PACKET_HEADER);
    }
  }

  private void write(ByteBuffer... buffers) throws MigrationException {
    try {
      connection.write(buffers);
    } catch (IOException lost) {
      throw LinkFailures.of("data connection " + seal.connection(), lost);
    }
  }

  /** Batches sent so far. */
  public long batches() {
    return number;
  }

  /** Bytes sent so far. */
  public long bytes() {
    return connection.bytesWritten();
  }

  /** Ends the connection; a thread that is sending on it fails. */
  @Override
  public void close() {
    connection.close();
  }
}
