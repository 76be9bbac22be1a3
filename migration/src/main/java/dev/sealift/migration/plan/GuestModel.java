package dev.sealift.migration.plan;

/**
 * A guest as a plan sees it.
 *
 * @param pages of 4 KiB, at least 1
 * @param sharedPages of these, pages that it shares with its host: they pass the processors by, and
 *     are not written
 * @param writes what it does to its private pages
 */
public record GuestModel(long pages, long sharedPages, GuestWrites writes) {
  public GuestModel {
    if (pages < 1 || sharedPages < 0 || sharedPages > pages) {
      throw new IllegalArgumentException(
          "a guest has 1 or more pages, and shares at most all of them: %d of %d"
              .formatted(sharedPages, pages));
    }
    if (writes.workingSet() > pages - sharedPages) {
      throw new IllegalArgumentException(
          "the working set of %d pages is larger than the guest's private memory of %d"
              .formatted(writes.workingSet(), pages - sharedPages));
    }
  }

  /** A guest of this size that writes so, and shares nothing. */
  public static GuestModel of(long pages, GuestWrites writes) {
    return new GuestModel(pages, 0, writes);
  }

  /** Pages that go through the processors. */
  public long privatePages() {
    return pages - sharedPages;
  }

  GuestModel writing(GuestWrites other) {
    return new GuestModel(pages, sharedPages, other);
  }
}
