package dev.sealift.migration;

import dev.sealift.migration.wire.Bounds;
import dev.sealift.vmm.PageSet;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Which pages the last parcels of one connection held, so that those which were lost with it can go
 * again. A parcel is a batch or a SHARED_PAGES: all pages of a set from its first to its last one.
 * Thread-confined, and read by another thread afterwards.
 */
final class SentRanges {
  private final Deque<Range> last = new ArrayDeque<>();
  private long count;

  private record Range(long first, long last) {}

  /** Begins anew, where so many parcels have arrived. */
  void restart(long arrived) {
    last.clear();
    count = arrived;
  }

  /** The next parcel is about to be sent. */
  void add(long firstGfn, long lastGfn) {
    last.addLast(new Range(firstGfn, lastGfn));
    count++;
    // One more than the manifest remembers: a parcel may have been laid out, and never sent.
    if (last.size() > Bounds.ON_THE_WAY + 1) {
      last.removeFirst();
    }
  }

  /** Adds the pages of a set that were in parcels beyond the first ones, which have arrived. */
  void collect(long arrived, PageSet of, PageSet into) {
    long number = count - last.size();
    for (Range range : last) {
      number++;
      if (number > arrived) {
        of.forEachRange(range.first, range.last - range.first + 1, into::addRange);
      }
    }
  }
}
