package dev.sealift.migration.wire;

import dev.sealift.abi.Pages;
import dev.sealift.abi.sev.SevLimits;
import dev.sealift.vmm.PageBatch;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * Memory for the packets of one batch, laid out so that the kernel writes into it what the network
 * sends, and the other way round, without a copy between them.
 *
 * <pre>
 * +----------------------------------+----------------------------------+
 * | ciphertext, 4096 bytes a packet  | packet headers, 52 bytes each    |
 * +----------------------------------+----------------------------------+
 * </pre>
 */
public final class PacketSlots {
  private final int pages;
  private final MemorySegment ciphers;
  private final MemorySegment headers;

  /**
   * @param memory at least {@link #bytes} of it, native
   * @param pages how many packets it shall hold
   */
  public PacketSlots(MemorySegment memory, int pages) {
    this.pages = pages;
    long ciphersSize = (long) pages * Pages.SIZE;
    ciphers = memory.asSlice(0, ciphersSize);
    headers = memory.asSlice(ciphersSize, (long) pages * SevLimits.PACKET_HEADER);
  }

  /** Bytes of memory for so many packets. */
  public static long bytes(int pages) {
    return (long) pages * (Pages.SIZE + SevLimits.PACKET_HEADER);
  }

  /** How many packets fit. */
  public int pages() {
    return pages;
  }

  /** The first slots, for the packets of these pages. */
  public PageBatch batch(long[] gfns, int count) {
    return new PageBatch(gfns, count, headers, ciphers);
  }

  /** Where the ciphertext of a packet lies, 4096 bytes. */
  public MemorySegment cipher(int index) {
    return ciphers.asSlice((long) index * Pages.SIZE, Pages.SIZE);
  }

  /** Where the header of a packet lies, 52 bytes. */
  public MemorySegment header(int index) {
    return headers.asSlice((long) index * SevLimits.PACKET_HEADER, SevLimits.PACKET_HEADER);
  }

  /** The ciphertexts of the first packets, one behind the other. */
  ByteBuffer ciphers(int count) {
    return ciphers.asSlice(0, (long) count * Pages.SIZE).asByteBuffer();
  }
}
