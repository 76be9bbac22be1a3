package dev.sealift.kernel.model;

import dev.sealift.abi.Errno;
import dev.sealift.abi.Pages;
import dev.sealift.abi.kvm.KvmUserspaceMemoryRegion;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * The memory slots of a VM (KVM_SET_USER_MEMORY_REGION) and their dirty logs (KVM_GET_DIRTY_LOG).
 *
 * <p>vCPUs hold {@link #accessLock()} for a step of their program; a change of slots waits for the
 * steps under way, as Linux waits for its readers, so that after it no access goes through an old
 * slot: no store misses a log that has begun, none reaches memory whose slot is gone.
 *
 * <p>Source: the kernel's documentation of the KVM API.
 */
final class MemorySlots {
  /** KVM_MEM_LOG_DIRTY_PAGES, the only flag: KVM_CAP_READONLY_MEM is not offered. */
  static final int LOG_DIRTY_PAGES = 1;

  /** KVM_CAP_NR_MEMSLOTS: slots 0 to this number less one. */
  static final int COUNT = 32764;

  /** One past the highest guest physical address. */
  private static final long GUEST_END = 1L << 52;

  /** One past the highest user address of x86-64 Linux. */
  static final long USER_END = (1L << 47) - Pages.SIZE;

  /** Pages that all the slots of a VM may log together: 1 TiB, whose bitmaps take 32 MiB. */
  private static final long LOGGED_PAGES_LIMIT = 1L << 28;

  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private final Map<Integer, MemorySlot> byId = new HashMap<>();
  private MemorySlot[] byAddress = new MemorySlot[0];

  /** Held by whoever looks a slot up and for as long as that slot is used. */
  Lock accessLock() {
    return lock.readLock();
  }

  /** The slot that holds a guest physical address, or null. The caller holds the access lock. */
  @Nullable MemorySlot at(long guestAddress) {
    int low = 0;
    int high = byAddress.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      MemorySlot slot = byAddress[middle];
      if (slot.contains(guestAddress)) {
        return slot;
      }
      if (slot.guestAddress() < guestAddress) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return null;
  }

  /**
   * Creates, moves, deletes or changes the logging of a slot. Returns 0; {@code -EINVAL} for a
   * misaligned, wrapping or impossible range, an unknown flag or number, a slot to delete that is
   * not there, or other memory or another size for one that is; {@code -EEXIST} for a range that
   * another slot has; {@code -ENOMEM} for more logged pages than 2^28.
   */
  int set(KvmUserspaceMemoryRegion region) {
    if (!wellFormed(region)) {
      return Errno.EINVAL.negated();
    }
    lock.writeLock().lock();
    try {
      MemorySlot old = byId.get(region.slot());
      if (region.memorySize() == 0) {
        return old == null ? Errno.EINVAL.negated() : replace(old, null);
      }
      return old == null ? create(region) : change(old, region);
    } finally {
      lock.writeLock().unlock();
    }
  }

  /** The slot of this number, or null. The caller holds the access lock. */
  @Nullable MemorySlot byId(int id) {
    return byId.get(id);
  }

  private static boolean wellFormed(KvmUserspaceMemoryRegion region) {
    long size = region.memorySize();
    return (region.flags() & ~LOG_DIRTY_PAGES) == 0
        && isSlotNumber(region.slot())
        && Pages.offset(size | region.guestPhysAddr() | region.userspaceAddr()) == 0
        && fits(region.guestPhysAddr(), size, GUEST_END)
        && fits(region.userspaceAddr(), size, USER_END)
        && size >>> Pages.SHIFT < 1L << 31;
  }

  /** True for a number that a slot may have; the high half, the address space, is 0 here. */
  static boolean isSlotNumber(int slot) {
    return slot >= 0 && slot < COUNT;
  }

  private static boolean fits(long start, long size, long end) {
    return start >= 0 && size >= 0 && size <= end && start <= end - size;
  }

  private int create(KvmUserspaceMemoryRegion region) {
    if (isTaken(region)) {
      return Errno.EEXIST.negated();
    }
    return place(null, region);
  }

  private int change(MemorySlot old, KvmUserspaceMemoryRegion region) {
    if (region.userspaceAddr() != old.userAddress() || region.memorySize() != old.size()) {
      return Errno.EINVAL.negated();
    }
    if (region.guestPhysAddr() != old.guestAddress() && isTaken(region)) {
      return Errno.EEXIST.negated();
    }
    return place(old, region);
  }

  private int place(@Nullable MemorySlot old, KvmUserspaceMemoryRegion region) {
    DirtyBitmap log = null;
    if ((region.flags() & LOG_DIRTY_PAGES) != 0) {
      log = old == null ? null : old.dirty();
      if (log == null) {
        long pages = region.memorySize() / Pages.SIZE;
        if (loggedPages() + pages > LOGGED_PAGES_LIMIT) {
          return Errno.ENOMEM.negated();
        }
        log = new DirtyBitmap(pages);
      }
    }
    return replace(
        old,
        new MemorySlot(
            region.slot(),
            region.guestPhysAddr(),
            region.memorySize(),
            region.userspaceAddr(),
            log));
  }

  /** True if another slot has a part of the range. */
  private boolean isTaken(KvmUserspaceMemoryRegion region) {
    long end = region.guestPhysAddr() + region.memorySize();
    return byId.values().stream()
        .anyMatch(slot -> slot.id() != region.slot() && slot.overlaps(region.guestPhysAddr(), end));
  }

  private long loggedPages() {
    return byId.values().stream()
        .filter(slot -> slot.dirty() != null)
        .mapToLong(MemorySlot::pages)
        .sum();
  }

  private int replace(@Nullable MemorySlot old, @Nullable MemorySlot slot) {
    if (old != null) {
      byId.remove(old.id());
    }
    if (slot != null) {
      byId.put(slot.id(), slot);
    }
    byAddress =
        byId.values().stream()
            .sorted(Comparator.comparingLong(MemorySlot::guestAddress))
            .toArray(MemorySlot[]::new);
    return 0;
  }
}
