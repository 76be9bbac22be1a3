package dev.sealift.vmm;

/**
 * How pages become packets, or packets pages: so many a system call. Several threads may use one.
 */
public sealed interface PageCalls permits OnePageACall, ManyPagesACall {

  /**
   * Does every page of a batch, in order, up to the first that is refused.
   *
   * @throws VmmException if a page is refused; {@link VmmException#page} says which
   */
  void update(PageBatch batch) throws VmmException;

  /** The most pages that go in one system call. */
  int pagesPerCall();
}
