package dev.sealift.migration.wire;

/**
 * Neighbouring pages that the guest shares with its host.
 *
 * @param firstGfn the first page's number
 * @param count pages, at least one
 */
public record SharedRange(long firstGfn, long count) {
  public SharedRange {
    Bounds.check(
        firstGfn >= 0 && count > 0 && count <= Long.MAX_VALUE - firstGfn,
        "a range of pages begins at 0 or later, is not empty and does not wrap");
  }

  /** The first page number behind it. */
  public long end() {
    return firstGfn + count;
  }
}
