package dev.sealift.bench;

import dev.sealift.abi.Pages;
import dev.sealift.vmm.PageSet;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * The dirty bitmap of a guest of 1 TiB of which every hundredth page is dirty, each by itself
 * somewhere. It is taken as the kernel hands it out, and dealt out in batches of page numbers, as a
 * round of a move does it.
 */
public final class BitmapScan implements Contestant {
  /** Memory of the guest. */
  public static final long GUEST_BYTES = 1L << 40;

  private static final int WARM_UPS = 5;
  private static final long PAGES = GUEST_BYTES / Pages.SIZE;
  private static final long DIRTY = PAGES / 100;

  private static final int BATCH = 64;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment bitmap = arena.allocate(PAGES / Byte.SIZE, Long.BYTES);
  private final PageSet dirty = new PageSet(PAGES);
  private final long pagesDirty;
  private final long[] batch = new long[BATCH];
  private final Samples millis = new Samples();

  public BitmapScan() {
    SplittableRandom random = new SplittableRandom(1);
    PageSet pages = new PageSet(PAGES);
    for (long i = 0; i < DIRTY; i++) {
      pages.add(random.nextLong(PAGES));
    }
    pagesDirty = pages.count();
    MemorySegment.copy(
        pages.words(), 0, bitmap, ValueLayout.JAVA_LONG, 0, (int) (PAGES / Long.SIZE));
  }

  /** How long it took, of each turn. */
  public Samples millis() {
    return millis;
  }

  @Override
  public void warmUp() {
    for (int i = 0; i < WARM_UPS; i++) {
      scan();
    }
  }

  @Override
  public void turn() {
    millis.add(scan() / (double) TimeUnit.MILLISECONDS.toNanos(1));
  }

  /** Takes and deals out; nanoseconds that it took. */
  long scan() {
    dirty.clear();
    long start = System.nanoTime();
    dirty.addWords(bitmap);
    long found = 0;
    int count = dirty.next(0, batch);
    while (count > 0) {
      found += count;
      count = dirty.next(batch[count - 1] + 1, batch);
    }
    long nanos = System.nanoTime() - start;
    if (found != pagesDirty) {
      throw new IllegalStateException("the scan found %d pages of %d".formatted(found, pagesDirty));
    }
    return nanos;
  }

  @Override
  public void close() {
    arena.close();
  }
}
