package dev.sealift.kernel.model;

import dev.sealift.abi.Pages;
import org.jspecify.annotations.Nullable;

/**
 * A range of guest physical memory, and the user memory behind it.
 *
 * @param id the slot's number
 * @param guestAddress first guest physical address, page aligned
 * @param size bytes, a multiple of the page size, never zero
 * @param userAddress where the memory is in the VMM, page aligned
 * @param dirty the dirty log, or null while the slot does not log
 */
record MemorySlot(
    int id, long guestAddress, long size, long userAddress, @Nullable DirtyBitmap dirty) {

  /** One past the last guest physical address. */
  long guestEnd() {
    return guestAddress + size;
  }

  boolean contains(long address) {
    return address >= guestAddress && address < guestEnd();
  }

  boolean overlaps(long start, long end) {
    return start < guestEnd() && guestAddress < end;
  }

  long pages() {
    return size / Pages.SIZE;
  }

  /** Marks the pages of a range that was stored into, if the slot logs. */
  void markDirty(long address, long length) {
    DirtyBitmap log = dirty;
    if (log == null) {
      return;
    }
    long last = (address + length - 1 - guestAddress) >>> Pages.SHIFT;
    for (long page = (address - guestAddress) >>> Pages.SHIFT; page <= last; page++) {
      log.mark(page);
    }
  }
}
