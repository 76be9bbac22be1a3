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
  private final Books books;

  /** That of a guest, as its VMM's books have it; they are closed with it. */
  PageStatus(Books books) {
    this.books = books;
  }

  /** Pages of guest memory. */
  public long pages() {
    return books.shared().pages();
  }

  /** The guest shares a range; what lies outside its memory is device space and has no status. */
  public synchronized void setShared(long firstPage, long count) {
    count();
    books.shared().addRange(clippedFirst(firstPage), clippedCount(firstPage, count));
  }

  /** The guest takes a range back. */
  public synchronized void setPrivate(long firstPage, long count) {
    count();
    books.shared().removeRange(clippedFirst(firstPage), clippedCount(firstPage, count));
  }

  public synchronized boolean isShared(long page) {
    return books.shared().contains(page);
  }

  /** Every run of pages of a range that are shared, or of those that are not. */
  synchronized void forEachRange(
      long firstPage, long count, boolean isShared, PageSet.RangeConsumer action) {
    long first = clippedFirst(firstPage);
    long length = clippedCount(firstPage, count);
    if (isShared) {
      books.shared().forEachRange(first, length, action);
    } else {
      books.shared().forEachAbsentRange(first, length, action);
    }
  }

  /** The shared pages as they are now. */
  public synchronized PageSet shared() {
    return books.shared().copy();
  }

  /** The same, in place of what a set of all the guest's pages holds. */
  public synchronized void copySharedTo(PageSet pages) {
    pages.copyFrom(books.shared());
  }

  /** Takes over the whole status at once, as the destination of a migration does. */
  public synchronized void replaceShared(PageSet pages) {
    books.shared().copyFrom(pages);
  }

  /**
   * How often the guest announced a range. An announcement whose VMM was killed is served again by
   * the next one, and may count twice.
   */
  public synchronized long conversions() {
    return books.conversions();
  }

  /** Closes the books; what is asked from here on is answered as it was then. */
  synchronized void close() {
    books.close();
  }

  private void count() {
    books.conversions(books.conversions() + 1);
  }

  private long clippedFirst(long first) {
    return Long.compareUnsigned(first, pages()) < 0 ? first : pages();
  }

  private long clippedCount(long first, long count) {
    long room = pages() - clippedFirst(first);
    return Long.compareUnsigned(count, room) < 0 ? count : room;
  }
}
