package dev.sealift.migration.wire;

import dev.sealift.abi.Pages;
import dev.sealift.abi.sev.SevLimits;

/**
 * A batch on a data connection, all numbers big-endian.
 *
 * <pre>
 * +----------------+------------------------------+
 * | pages n u32    | length of the sealed header  |   preamble, in the clear, under the seal
 * +----------------+------------------------------+
 * | round u32 | batch number u64 | pages n u32    |   sealed header: nobody on the way sees
 * | n times: page number u64, packet header 52    |   which pages these are
 * | tag 16                                        |
 * +-----------------------------------------------+
 * | n times: 4096 bytes of ciphertext             |   as SEND_UPDATE_DATA made them, under the
 * +-----------------------------------------------+   packet MACs in the sealed header
 * </pre>
 */
public final class BatchLayout {
  static final int PREAMBLE_SIZE = 8;

  private static final int FIXED_SIZE = 4 + 8 + 4;
  private static final int PAGE_SIZE = 8 + SevLimits.PACKET_HEADER;

  private BatchLayout() {}

  /** Bytes of the header before it is sealed. */
  static int headerSize(int pages) {
    return FIXED_SIZE + pages * PAGE_SIZE;
  }

  /** Bytes of the sealed header. */
  static int sealedSize(int pages) {
    return headerSize(pages) + BatchSeal.TAG_SIZE;
  }

  /** Bytes of a batch on the wire. */
  public static long bytes(int pages) {
    return PREAMBLE_SIZE + sealedSize(pages) + (long) pages * Pages.SIZE;
  }

  static byte[] preamble(int pages) {
    return new BodyWriter(PREAMBLE_SIZE).u32(pages).u32(sealedSize(pages)).toByteArray();
  }
}
