package dev.sealift.kernel;

import dev.sealift.abi.Errno;
import dev.sealift.abi.Pages;
import dev.sealift.kernel.UserMemory.Access;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many pages of user memory a VM has pinned, and whether it may pin more. Used under the VM's
 * lock.
 */
final class PinnedPages {
  private static final long TOTAL_PAGES =
      (PhysicalMemory.END - PhysicalMemory.START) >>> Pages.SHIFT;

  private final UserMemory user;
  private final KernelSettings settings;
  private final AtomicLong locked = new AtomicLong();

  PinnedPages(UserMemory user, KernelSettings settings) {
    this.user = user;
    this.settings = settings;
  }

  /** Pages pinned now. */
  long locked() {
    return locked.get();
  }

  /**
   * Pins every page that a range of user memory touches.
   *
   * @return how many pages that is, for {@link #unpin}
   * @throws Refusal {@code -EINVAL} if the range is empty, wraps or is larger than the machine's
   *     memory; {@code -ENOMEM} above the limit, or if a page is not there
   */
  long pin(long address, long length, Access access) throws Refusal {
    if (length == 0 || Long.compareUnsigned(address + length, address) < 0) {
      throw new Refusal(Errno.EINVAL);
    }
    long first = address >>> Pages.SHIFT;
    long last = (address + length - 1) >>> Pages.SHIFT;
    long pages = last - first + 1;
    if (pages > Integer.MAX_VALUE || locked.get() + pages > TOTAL_PAGES) {
      throw new Refusal(Errno.EINVAL);
    }
    if (!isWithinLimit(pages)) {
      throw new Refusal(Errno.ENOMEM);
    }
    long end = (last + 1) << Pages.SHIFT;
    for (long at = Pages.base(address); at != end; ) {
      long present = Math.min(user.contiguousBytes(at, access), end - at);
      if (present <= 0) {
        throw new Refusal(Errno.ENOMEM);
      }
      at += present;
    }
    locked.addAndGet(pages);
    return pages;
  }

  /** Whether so many more pages may be pinned. */
  boolean isWithinLimit(long pages) {
    return settings.ipcLock()
        || locked.get() + pages <= settings.lockedMemoryLimit() >>> Pages.SHIFT;
  }

  void unpin(long pages) {
    locked.addAndGet(-pages);
  }

  /** Answers from now on for what another VM has pinned. */
  void takeFrom(PinnedPages source) {
    locked.addAndGet(source.locked.getAndSet(0));
  }
}
