package dev.sealift.migration;

import dev.sealift.vmm.PageSet;

/** Deals the pages of a set out to the senders that share it, upwards. Thread-safe. */
final class PageCursor {
  private final PageSet pages;
  private long next;

  /**
   * @param pages not changed while it is dealt out
   */
  PageCursor(PageSet pages) {
    this.pages = pages;
  }

  /**
   * The next page numbers.
   *
   * @param into where they are put
   * @return how many there are, 0 at the end
   */
  synchronized int take(long[] into) {
    int count = pages.next(next, into);
    if (count > 0) {
      next = into[count - 1] + 1;
    }
    return count;
  }

  /** The pages that were not dealt out, in a set of their own. */
  synchronized PageSet rest() {
    var rest = new PageSet(pages.pages());
    pages.forEachRange(next, pages.pages() - next, rest::addRange);
    return rest;
  }
}
