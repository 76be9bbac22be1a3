package dev.sealift.firmware;

import dev.sealift.abi.Pages;
import dev.sealift.abi.layout.Field;
import java.lang.foreign.MemorySegment;
import java.util.function.Predicate;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The checksums of the register states (VMSAs) that were set up for guests with SEV-ES: one slot
 * each, in the region set aside at INIT. A VMSA names its slot, and one that was changed since no
 * longer fits it. The CPU, which changes one whenever the guest runs, renews the checksum.
 *
 * <p>Commands and CPUs use them at the same time.
 *
 * <p>The firmware's own form of slot and checksum is private; what is the same is what they refuse.
 * Source: AMD publication 55766, LAUNCH_UPDATE_VMSA and SEND_UPDATE_VMSA.
 */
final class VmsaChecksums {

  /** Bytes of the region that a slot takes. */
  static final int SLOT_SIZE = 256;

  private static final int NONE = -1;
  private static final Field.U64 CLEARED = new Field.U64("cleared", 0x380);
  private static final Field.U64 SLOT = new Field.U64("slot", 0x388);

  private final long region;
  private final @Nullable Guest[] owners;
  private final long[] checksums;
  private int free;

  private VmsaChecksums(long region, int slots) {
    this.region = region;
    this.owners = new Guest[slots];
    this.checksums = new long[slots];
    this.free = slots;
  }

  /** No region: no slot is ever free. */
  static VmsaChecksums none() {
    return new VmsaChecksums(0, 0);
  }

  /** Slots in a region. */
  static VmsaChecksums in(long region, long length) {
    return new VmsaChecksums(region, (int) (length / SLOT_SIZE));
  }

  synchronized boolean full() {
    return free == 0;
  }

  /** Gives a VMSA, 4096 bytes, a slot, writes that into it, and keeps its checksum. */
  synchronized void setUp(Guest guest, MemorySegment vmsa) {
    int slot = 0;
    while (owners[slot] != null) {
      slot++;
    }
    owners[slot] = guest;
    free--;
    CLEARED.set(vmsa, 0);
    SLOT.set(vmsa, region + (long) slot * SLOT_SIZE);
    checksums[slot] = checksum(vmsa);
  }

  /** Whether a page is a VMSA of the guest, and is as it was set up or as the CPU left it. */
  boolean fits(Guest guest, MemorySegment page) {
    return ownerOf(page) == guest;
  }

  /** Whose VMSA a page is, if it is as it was set up or as the CPU left it; null if not. */
  synchronized @Nullable Guest ownerOf(MemorySegment page) {
    int slot = slotOf(page);
    return slot != NONE && checksums[slot] == checksum(page) ? owners[slot] : null;
  }

  /**
   * Takes what the CPU is about to store for the VMSA as it must be from now on.
   *
   * @param whose is asked about the guest whose slot the page names
   * @return false if there is no such guest, and then nothing has changed
   */
  synchronized boolean renew(MemorySegment page, Predicate<Guest> whose) {
    int slot = slotOf(page);
    Guest owner = slot == NONE ? null : owners[slot];
    if (owner == null || !whose.test(owner)) {
      return false;
    }
    checksums[slot] = checksum(page);
    return true;
  }

  /** The slot that a page names, if there is one. */
  private int slotOf(MemorySegment page) {
    long offset = SLOT.get(page) - region;
    boolean within = offset >= 0 && offset % SLOT_SIZE == 0 && offset / SLOT_SIZE < owners.length;
    return within ? (int) (offset / SLOT_SIZE) : NONE;
  }

  /** Frees the slots of a guest that ends. */
  synchronized void release(Guest guest) {
    for (int slot = 0; slot < owners.length; slot++) {
      if (owners[slot] == guest) {
        owners[slot] = null;
        free++;
      }
    }
  }

  private static long checksum(MemorySegment page) {
    CRC32C crc = new CRC32C();
    crc.update(page.asSlice(0, Pages.SIZE).asByteBuffer());
    return crc.getValue();
  }
}
