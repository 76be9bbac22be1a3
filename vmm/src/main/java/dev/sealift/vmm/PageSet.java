package dev.sealift.vmm;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.LongConsumer;

/**
 * A set of page numbers below a bound, one bit a page, scanned by 64-bit words. The words are those
 * of the kernel's dirty bitmap: bit 0 of word 0 is page 0. They lie outside the heap, as a guest of
 * 1 TiB has 32 MiB of them.
 *
 * <p>Not thread-safe.
 */
public final class PageSet {
  private static final int WORD_BITS = Long.SIZE;
  private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG;

  private final long pages;
  private final long wordCount;
  private final MemorySegment words;

  /** An empty set of pages 0 to {@code pages - 1}. */
  public PageSet(long pages) {
    this(pages, Arena.ofAuto().allocate(wordCount(pages) * Long.BYTES, Long.BYTES));
  }

  private PageSet(long pages, MemorySegment words) {
    this.pages = pages;
    this.words = words;
    wordCount = wordCount(pages);
  }

  /**
   * The set whose words lie in this memory, and are changed there.
   *
   * @throws IllegalArgumentException if there are too few or too many words, or a bit beyond the
   *     last page is set
   */
  static PageSet over(long pages, MemorySegment words) {
    PageSet set = new PageSet(pages, words);
    set.checkBitmap(words);
    return set;
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
    PageSet set = new PageSet(pages);
    set.addWords(MemorySegment.ofArray(words));
    return set;
  }

  private static long wordCount(long pages) {
    if (pages < 0) {
      throw new IllegalArgumentException(pages + " pages");
    }
    return Math.ceilDiv(pages, WORD_BITS);
  }

  /** The bound: members are below it. */
  public long pages() {
    return pages;
  }

  /** How many members there are. */
  public long count() {
    long count = 0;
    for (long i = 0; i < wordCount; i++) {
      count += Long.bitCount(word(i));
    }
    return count;
  }

  public boolean isEmpty() {
    return nextWord(0) == wordCount;
  }

  /** Whether a page is a member; a page beyond the bound never is. */
  public boolean contains(long page) {
    return page >= 0 && page < pages && (word(index(page)) & bit(page)) != 0;
  }

  public void add(long page) {
    check(page, 1);
    setWord(index(page), word(index(page)) | bit(page));
  }

  public void remove(long page) {
    check(page, 1);
    setWord(index(page), word(index(page)) & ~bit(page));
  }

  public void addRange(long first, long count) {
    check(first, count);
    for (long page = first; page < first + count; ) {
      long mask = maskFrom(page, first + count);
      setWord(index(page), word(index(page)) | mask);
      page += Long.bitCount(mask);
    }
  }

  public void removeRange(long first, long count) {
    check(first, count);
    for (long page = first; page < first + count; ) {
      long mask = maskFrom(page, first + count);
      setWord(index(page), word(index(page)) & ~mask);
      page += Long.bitCount(mask);
    }
  }

  public void addAll(PageSet other) {
    checkSameBound(other);
    for (long i = 0; i < wordCount; i++) {
      setWord(i, word(i) | other.word(i));
    }
  }

  public void removeAll(PageSet other) {
    checkSameBound(other);
    for (long i = 0; i < wordCount; i++) {
      setWord(i, word(i) & ~other.word(i));
    }
  }

  public void retainAll(PageSet other) {
    checkSameBound(other);
    for (long i = 0; i < wordCount; i++) {
      setWord(i, word(i) & other.word(i));
    }
  }

  /** Members of the other set that are in this one go, those that are not come. */
  public void toggleAll(PageSet other) {
    checkSameBound(other);
    for (long i = 0; i < wordCount; i++) {
      setWord(i, word(i) ^ other.word(i));
    }
  }

  /** Has the members of the other set from here on, and no others. */
  public void copyFrom(PageSet other) {
    checkSameBound(other);
    words.copyFrom(other.words);
  }

  /**
   * Adds the members of a bitmap.
   *
   * @param bitmap 64-bit words in the byte order of the machine
   * @throws IllegalArgumentException if there are too few or too many words, or a bit beyond the
   *     last page is set; then nothing is added
   */
  public void addWords(MemorySegment bitmap) {
    checkBitmap(bitmap);
    for (long i = 0; i < wordCount; i++) {
      setWord(i, word(i) | bitmap.getAtIndex(WORD, i));
    }
  }

  private void checkBitmap(MemorySegment bitmap) {
    if (bitmap.byteSize() != wordCount * Long.BYTES) {
      throw new IllegalArgumentException(
          "%d pages take %d words, not %d"
              .formatted(pages, wordCount, bitmap.byteSize() / Long.BYTES));
    }
    long used = pages % WORD_BITS;
    if (used != 0 && bitmap.getAtIndex(WORD, wordCount - 1) >>> used != 0) {
      throw new IllegalArgumentException("a bit beyond page " + (pages - 1) + " is set");
    }
  }

  public void clear() {
    words.fill((byte) 0);
  }

  /** Every member, in order. */
  public void forEach(LongConsumer action) {
    for (long i = nextWord(0); i < wordCount; i = nextWord(i + 1)) {
      for (long rest = word(i); rest != 0; rest &= rest - 1) {
        action.accept(i * WORD_BITS + Long.numberOfTrailingZeros(rest));
      }
    }
  }

  /**
   * The next members from a page on.
   *
   * @param from where to begin
   * @param into where they are put, upwards
   * @return how many there are: fewer than there is room for only at the end
   */
  public int next(long from, long[] into) {
    int count = 0;
    if (from < 0 || from >= pages) {
      return count;
    }
    long index = index(from);
    long rest = word(index) & (-1L << from);
    while (count < into.length) {
      if (rest == 0) {
        index = nextWord(index + 1);
        if (index == wordCount) {
          return count;
        }
        rest = word(index);
      }
      into[count++] = index * WORD_BITS + Long.numberOfTrailingZeros(rest);
      rest &= rest - 1;
    }
    return count;
  }

  /** Every run of neighbouring members, as long as it can be, in order. */
  public void forEachRange(RangeConsumer action) {
    forEachRange(0, pages, action);
  }

  /** Every run of neighbouring members within a range, in order. */
  public void forEachRange(long first, long count, RangeConsumer action) {
    check(first, count);
    long limit = first + count;
    long from = next(first);
    while (from >= 0 && from < limit) {
      long end = Math.min(limit, nextAbsent(from));
      action.range(from, end - from);
      from = next(end);
    }
  }

  /** Every run of neighbouring pages within a range that are no members, in order. */
  public void forEachAbsentRange(long first, long count, RangeConsumer action) {
    check(first, count);
    long limit = first + count;
    long from = first < limit ? nextAbsent(first) : limit;
    while (from < limit) {
      long next = next(from);
      long end = next < 0 ? limit : Math.min(limit, next);
      action.range(from, end - from);
      from = end < limit ? nextAbsent(end) : limit;
    }
  }

  /** The first member at or after a page; -1 if there is none. */
  public long next(long from) {
    if (from < 0 || from >= pages) {
      return -1;
    }
    long index = index(from);
    long rest = word(index) & (-1L << from);
    if (rest == 0) {
      index = nextWord(index + 1);
      if (index == wordCount) {
        return -1;
      }
      rest = word(index);
    }
    return index * WORD_BITS + Long.numberOfTrailingZeros(rest);
  }

  private long nextAbsent(long from) {
    long index = index(from);
    long rest = ~word(index) & (-1L << from);
    while (rest == 0) {
      if (++index == wordCount) {
        return pages;
      }
      rest = ~word(index);
    }
    return Math.min(pages, index * WORD_BITS + Long.numberOfTrailingZeros(rest));
  }

  /** The first word at or after one that is not zero; the word count if there is none. */
  private long nextWord(long index) {
    long at = index;
    while (at < wordCount && word(at) == 0) {
      at++;
    }
    return at;
  }

  public PageSet copy() {
    PageSet copy = new PageSet(pages);
    copy.copyFrom(this);
    return copy;
  }

  /** A copy of the words. */
  public long[] words() {
    return words.toArray(WORD);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PageSet set && pages == set.pages && words.mismatch(set.words) == -1;
  }

  @Override
  public int hashCode() {
    long hash = pages;
    for (long i = nextWord(0); i < wordCount; i = nextWord(i + 1)) {
      hash = 31 * (31 * hash + i) + word(i);
    }
    return Long.hashCode(hash);
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

  private long word(long index) {
    return words.getAtIndex(WORD, index);
  }

  private void setWord(long index, long word) {
    words.setAtIndex(WORD, index, word);
  }

  private static long index(long page) {
    return page / WORD_BITS;
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
