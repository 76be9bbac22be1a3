package dev.sealift.migration.wire;

import dev.sealift.abi.Pages;
import dev.sealift.abi.sev.SevLimits;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * Memory for the packets of one batch, laid out so that the kernel writes into it what the network
 * sends, and the other way round, without a copy between them.
 *
 * <pre>
 * +----------------------------------+-------------------------------------+
 * | ciphertext, 4096 bytes a packet  | packet headers, 52 bytes in 64 each |
 * +----------------------------------+-------------------------------------+
 * </pre>
 */
public final class PacketSlots {
  private static final int HEADER_STRIDE = 64;

  private final MemorySegment memory;
  private final MemorySegment[] ciphers;
  private final MemorySegment[] headers;

  /**
   * @param memory at least {@link #bytes} of it, native
   * @param pages how many packets it shall hold
   */
  public PacketSlots(MemorySegment memory, int pages) {
    this.memory = memory;
    ciphers = new MemorySegment[pages];
    headers = new MemorySegment[pages];
    for (int i = 0; i < pages; i++) {
      ciphers[i] = memory.asSlice((long) i * Pages.SIZE, Pages.SIZE);
      headers[i] =
          memory.asSlice(
              (long) pages * Pages.SIZE + (long) i * HEADER_STRIDE, SevLimits.PACKET_HEADER);
    }
  }

  /** Bytes of memory for so many packets. */
  public static long bytes(int pages) {
    return (long) pages * (Pages.SIZE + HEADER_STRIDE);
  }

  /** How many packets fit. */
  public int pages() {
    return ciphers.length;
  }

  /** Where the ciphertext of a packet lies, 4096 bytes. */
  public MemorySegment cipher(int index) {
    return ciphers[index];
  }

  /** Where the header of a packet lies, 52 bytes. */
  public MemorySegment header(int index) {
    return headers[index];
  }

  /** The ciphertexts of the first packets, one behind the other. */
  ByteBuffer ciphers(int count) {
    return memory.asSlice(0, (long) count * Pages.SIZE).asByteBuffer();
  }
}
