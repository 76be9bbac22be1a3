package dev.sealift.vmm;

/**
 * Which pages of a guest are shared with the host; all others are private, encrypted under the
 * guest's key, as every page is until the guest says otherwise.
 *
 * <p>The content of a page is lost the moment its status changes. Whoever also reads the dirty log
 * reads and clears that first, so that a page that was converted and written is never taken with
 * its old status.
 *
 * <p>Thread-safe.
 */
public final class PageStatus {
  private final PageSet shared;
  private long conversions;

  /** All of {@code pages} pages private. */
  public PageStatus(long pages) {
    shared = new PageSet(pages);
  }

  /** Pages of guest memory. */
  public long pages() {
    return shared.pages();
  }

  /** The guest shares a range; what lies outside its memory is device space and has no status. */
  public synchronized void setShared(long firstPage, long count) {
    conversions++;
    shared.addRange(clippedFirst(firstPage), clippedCount(firstPage, count));
  }

  /** The guest takes a range back. */
  public synchronized void setPrivate(long firstPage, long count) {
    conversions++;
    shared.removeRange(clippedFirst(firstPage), clippedCount(firstPage, count));
  }

  public synchronized boolean isShared(long page) {
    return shared.contains(page);
  }

  /** Every run of pages of a range that are shared, or of those that are not. */
  synchronized void forEachRange(
      long firstPage, long count, boolean isShared, PageSet.RangeConsumer action) {
    long first = clippedFirst(firstPage);
    long length = clippedCount(firstPage, count);
    if (isShared) {
      shared.forEachRange(first, length, action);
    } else {
      shared.forEachAbsentRange(first, length, action);
    }
  }

  /** The shared pages as they are now. */
  public synchronized PageSet shared() {
    return shared.copy();
  }

  /** The same, in place of what a set of all the guest's pages holds. */
  public synchronized void copySharedTo(PageSet pages) {
    pages.copyFrom(shared);
  }

  /** Takes over the whole status at once, as the destination of a migration does. */
  public synchronized void replaceShared(PageSet pages) {
    shared.copyFrom(pages);
  }

  /** How often the guest announced a range. */
  public synchronized long conversions() {
    return conversions;
  }

  private long clippedFirst(long first) {
    return Long.compareUnsigned(first, pages()) < 0 ? first : pages();
  }

  private long clippedCount(long first, long count) {
    long room = pages() - clippedFirst(first);
    return Long.compareUnsigned(count, room) < 0 ? count : room;
  }
}
