package dev.sealift.vmm;

import dev.sealift.abi.Pages;
import dev.sealift.abi.sev.SevLimits;
import java.lang.foreign.MemorySegment;

/**
 * Pages of a guest, and where their packets lie: headers of 52 bytes one behind the other, and
 * ciphertexts of 4096.
 *
 * @param gfns the page numbers
 * @param count how many of them, from the first
 * @param headers memory of a {@link CallArena} for so many packet headers, or more
 * @param ciphertexts memory of a {@link CallArena} for so many pages, or more
 */
// Made for one call and never compared.
@SuppressWarnings("ArrayRecordComponent")
public record PageBatch(long[] gfns, int count, MemorySegment headers, MemorySegment ciphertexts) {

  /**
   * @throws IndexOutOfBoundsException if something has no room for so many
   */
  public PageBatch {
    if (count < 0
        || count > gfns.length
        || count > headers.byteSize() / SevLimits.PACKET_HEADER
        || count > ciphertexts.byteSize() / Pages.SIZE) {
      throw new IndexOutOfBoundsException("there is no room for %d packets".formatted(count));
    }
  }

  /** Guest physical address of a page. */
  long guestAddress(int index) {
    return gfns[index] << Pages.SHIFT;
  }

  /** The header of a page's packet. */
  MemorySegment header(int index) {
    return headers.asSlice((long) index * SevLimits.PACKET_HEADER, SevLimits.PACKET_HEADER);
  }

  /** The ciphertext of a page's packet. */
  MemorySegment ciphertext(int index) {
    return ciphertexts.asSlice((long) index * Pages.SIZE, Pages.SIZE);
  }
}
