package dev.sealift.vmm;

import java.util.Arrays;
import java.util.function.LongConsumer;

/**
 * A set of page numbers below a bound, one bit a page, scanned by 64-bit words. The words are those
 * of the kernel's dirty bitmap: bit 0 of word 0 is page 0.
 *
 * <p>Not thread-safe.
 */
public final class PageSet {
  private static final int WORD_BITS = Long.SIZE;

  private final long pages;
  private final long[] words;

  /** An empty set of pages 0 to {@code pages - 1}. */
  public PageSet(long pages) {
    this(pages, new long[wordCount(pages)]);
  }

  private PageSet(long pages, long[] words) {
    this.pages = pages;
    this.words = words;
  }

  /** All pages. */
  public static PageSet all(long pages) {
    PageSet all = new PageSet(pages);
    all.addRange(0, pages);
    return all;
  }

  /**
   * A set with these words.
   *
   * @throws IllegalArgumentException if there are too few or too many words, or a bit beyond the
   *     last page is set
   */
  public static PageSet ofWords(long pages, long[] words) {
    if (words.length != wordCount(pages)) {
      throw new IllegalArgumentException(
          "%d pages take %d words, not %d".formatted(pages, wordCount(pages), words.length));
    }
    int used = (int) (pages % WORD_BITS);
    if (used != 0 && words[words.length - 1] >>> used != 0) {
      throw new IllegalArgumentException("a bit beyond page " + (pages - 1) + " is set");
    }
    return new PageSet(pages, words.clone());
  }

  private static int wordCount(long pages) {
    if (pages < 0) {
      throw new IllegalArgumentException(pages + " pages");
    }
    return Math.toIntExact(Math.ceilDiv(pages, WORD_BITS));
  }

  /** The bound: members are below it. */
  public long pages() {
    return pages;
  }

  /** How many members there are. */
  public long count() {
    long count = 0;
    for (long word : words) {
      count += Long.bitCount(word);
    }
    return count;
  }

  public boolean isEmpty() {
    for (long word : words) {
      if (word != 0) {
        return false;
      }
    }
    return true;
  }

  /** Whether a page is a member; a page beyond the bound never is. */
  public boolean contains(long page) {
    return page >= 0 && page < pages && (words[word(page)] & bit(page)) != 0;
  }

  public void add(long page) {
    check(page, 1);
    words[word(page)] |= bit(page);
  }

  public void remove(long page) {
    check(page, 1);
    words[word(page)] &= ~bit(page);
  }

  public void addRange(long first, long count) {
    check(first, count);
    for (long page = first; page < first + count; ) {
      long mask = maskFrom(page, first + count);
      words[word(page)] |= mask;
      page += Long.bitCount(mask);
    }
  }

  public void removeRange(long first, long count) {
    check(first, count);
    for (long page = first; page < first + count; ) {
      long mask = maskFrom(page, first + count);
      words[word(page)] &= ~mask;
      page += Long.bitCount(mask);
    }
  }

  public void addAll(PageSet other) {
    checkSameBound(other);
    for (int i = 0; i < words.length; i++) {
      words[i] |= other.words[i];
    }
  }

  public void removeAll(PageSet other) {
    checkSameBound(other);
    for (int i = 0; i < words.length; i++) {
      words[i] &= ~other.words[i];
    }
  }

  public void retainAll(PageSet other) {
    checkSameBound(other);
    for (int i = 0; i < words.length; i++) {
      words[i] &= other.words[i];
    }
  }

  public void clear() {
    Arrays.fill(words, 0);
  }

  /** Every member, in order. */
  public void forEach(LongConsumer action) {
    for (int i = 0; i < words.length; i++) {
      for (long rest = words[i]; rest != 0; rest &= rest - 1) {
        action.accept((long) i * WORD_BITS + Long.numberOfTrailingZeros(rest));
      }
    }
  }

  /** Every run of neighbouring members, as long as it can be, in order. */
  public void forEachRange(RangeConsumer action) {
    for (long first = next(0); first >= 0; ) {
      long end = nextAbsent(first);
      action.range(first, end - first);
      first = next(end);
    }
  }

  /** The first member at or after a page; -1 if there is none. */
  public long next(long from) {
    if (from < 0 || from >= pages) {
      return -1;
    }
    int index = word(from);
    long rest = words[index] & (-1L << from);
    while (rest == 0) {
      if (++index == words.length) {
        return -1;
      }
      rest = words[index];
    }
    return (long) index * WORD_BITS + Long.numberOfTrailingZeros(rest);
  }

  private long nextAbsent(long from) {
    int index = word(from);
    long rest = ~words[index] & (-1L << from);
    while (rest == 0) {
      if (++index == words.length) {
        return pages;
      }
      rest = ~words[index];
    }
    return Math.min(pages, (long) index * WORD_BITS + Long.numberOfTrailingZeros(rest));
  }

  public PageSet copy() {
    return new PageSet(pages, words.clone());
  }

  /** A copy of the words. */
  public long[] words() {
    return words.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PageSet set && pages == set.pages && Arrays.equals(words, set.words);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(words);
  }

  @Override
  public String toString() {
    return count() + " of " + pages + " pages";
  }

  private void check(long first, long count) {
    if (first < 0 || count < 0 || first > pages - count) {
      throw new IndexOutOfBoundsException(
          "pages %d to %d are not all below %d".formatted(first, first + count - 1, pages));
    }
  }

  private void checkSameBound(PageSet other) {
    if (other.pages != pages) {
      throw new IllegalArgumentException(
          "a set of %d pages and one of %d".formatted(pages, other.pages));
    }
  }

  private static int word(long page) {
    return (int) (page / WORD_BITS);
  }

  private static long bit(long page) {
    return 1L << page;
  }

  /** The bits from a page to the end of its word, but not beyond {@code end}. */
  private static long maskFrom(long page, long end) {
    long inWord = Math.min(WORD_BITS - page % WORD_BITS, end - page);
    return -1L >>> (WORD_BITS - inWord) << page;
  }

  /** Takes runs of pages. */
  @FunctionalInterface
  public interface RangeConsumer {
    void range(long first, long count);
  }
}
