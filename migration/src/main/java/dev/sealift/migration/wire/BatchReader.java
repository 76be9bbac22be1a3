package dev.sealift.migration.wire;

import dev.sealift.abi.sev.SevLimits;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The destination's end of a data connection: reads the batches and opens their seals.
 * Thread-confined.
 */
public final class BatchReader implements AutoCloseable {
  private final DataConnection connection;
  private final BatchSeal seal;
  private final PacketSlots slots;
  private final Manifest manifest;
  private final byte[] preamble = new byte[BatchLayout.PREAMBLE_SIZE];
  private final byte[] sealed;
  private final byte[] header;
  private int sealedSize;
  private long number;

  BatchReader(DataConnection connection, BatchSeal seal, PacketSlots slots, Manifest manifest) {
    this.connection = connection;
    this.seal = seal;
    this.slots = slots;
    this.manifest = manifest;
    sealed = new byte[BatchLayout.sealedSize(slots.pages())];
    header = new byte[BatchLayout.headerSize(slots.pages())];
  }

  /**
   * A batch whose seal held; its packets lie in the slots until the next one is read.
   *
   * @param round the round it belongs to
   * @param gfns the page numbers, in the order of the slots
   */
  // Read and consumed by one thread.
  @SuppressWarnings("ArrayRecordComponent")
  public record Batch(int round, long[] gfns) {}

  /** Where the packets of the last batch lie. */
  public PacketSlots slots() {
    return slots;
  }

  /** The connection's index. */
  public int connection() {
    return seal.connection();
  }

  /**
   * Waits for the next batch.
   *
   * @return empty where the source ended the connection between two batches
   * @throws MigrationException PACKET_REFUSED with BAD_MEASUREMENT if a seal does not hold
   */
  public Optional<Batch> next() throws MigrationException {
    try {
      if (!connection.readUnlessEnded(ByteBuffer.wrap(preamble))) {
        return Optional.empty();
      }
      number++;
      int pages = pages(ByteBuffer.wrap(preamble));
      sealedSize = BatchLayout.sealedSize(pages);
      connection.read(ByteBuffer.wrap(sealed, 0, sealedSize));
      seal.open(number, preamble, sealed, sealedSize, header);
      Batch batch = parse(pages);
      connection.read(slots.ciphers(pages));
      return Optional.of(batch);
    } catch (IOException lost) {
      throw LinkFailures.of("data connection " + seal.connection(), lost);
    }
  }

  /**
   * A preamble that contradicts itself was changed on its way, just as one that breaks the seal.
   */
  private int pages(ByteBuffer preamble) throws MigrationException {
    int pages = preamble.getInt();
    int length = preamble.getInt();
    if (pages < 1 || pages > slots.pages() || length != BatchLayout.sealedSize(pages)) {
      throw MigrationException.sealBroken(
          "the preamble of batch %d on data connection %d contradicts itself: it was changed on its way"
              .formatted(number, seal.connection()));
    }
    return pages;
  }

  private Batch parse(int pages) throws MigrationException {
    ByteBuffer in = ByteBuffer.wrap(header);
    int round = in.getInt();
    long claimedNumber = in.getLong();
    int claimedPages = in.getInt();
    if (claimedNumber != number || claimedPages != pages) {
      throw MigrationException.malformed(
          "batch %d on data connection %d names another number or page count inside its seal"
              .formatted(number, seal.connection()));
    }
    long[] gfns = new long[pages];
    for (int i = 0; i < pages; i++) {
      gfns[i] = in.getLong();
      MemorySegment.copy(
          header,
          in.position(),
          slots.header(i),
          ValueLayout.JAVA_BYTE,
          0,
          SevLimits.PACKET_HEADER);
      in.position(in.position() + SevLimits.PACKET_HEADER);
    }
    return new Batch(round, gfns);
  }

  /** The last batch lies in the guest's memory: from here on it counts in the manifest. */
  public void placed() {
    manifest.batch(seal.connection(), sealed, sealedSize);
  }

  /** Batches read so far. */
  public long batches() {
    return number;
  }

  /** Ends the connection; a thread that is reading from it fails. */
  @Override
  public void close() {
    connection.close();
  }
}
