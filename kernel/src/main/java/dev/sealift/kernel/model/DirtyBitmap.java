package dev.sealift.kernel.model;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The dirty log of a memory slot: one bit a page, bit n of word n/64 for the slot's page n, set by
 * the vCPUs' stores, fetched and cleared by KVM_GET_DIRTY_LOG. Safe for use by many threads.
 *
 * <p>A page is marked after the store into it, and always. After: a fetch that takes the mark comes
 * after the store, so the copy that follows the fetch has it; a fetch that comes too early for the
 * mark leaves it for the next. A mark before the store could be taken by a fetch whose copy then
 * misses the store. Always: a look whether the bit is set already may be answered while the store
 * still waits in the processor's store buffer, and the bit be taken before the store is seen.
 */
final class DirtyBitmap {
  private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

  private final long[] words;

  /** A log of this many pages, all clean. */
  DirtyBitmap(long pages) {
    words = new long[Math.toIntExact((pages + Long.SIZE - 1) / Long.SIZE)];
  }

  /** Marks a page that was stored into. */
  void mark(long page) {
    merge((int) (page / Long.SIZE), 1L << page);
  }

  /** Takes the marks away, each word in one atomic step. */
  long[] fetchAndClear() {
    long[] fetched = new long[words.length];
    for (int i = 0; i < fetched.length; i++) {
      if ((long) WORD.getVolatile(words, i) != 0) {
        fetched[i] = (long) WORD.getAndSet(words, i, 0L);
      }
    }
    return fetched;
  }

  /** Puts back marks that were fetched but reached nobody. */
  void restore(long[] fetched) {
    for (int i = 0; i < fetched.length; i++) {
      merge(i, fetched[i]);
    }
  }

  private void merge(int word, long bits) {
    WORD.getAndBitwiseOr(words, word, bits);
  }
}
