package dev.sealift.bench;

import dev.sealift.abi.Pages;
import dev.sealift.vmm.PageSet;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * The dirty bitmap of a guest of 1 TiB of which every hundredth page is dirty, each by itself
 * somewhere: it is walked by runs of pages, as a round of a move walks it.
 */
public final class BitmapScan implements Contestant {
  /** Memory of the guest. */
  public static final long GUEST_BYTES = 1L << 40;

  private static final int WARM_UPS = 5;
  private static final long PAGES = GUEST_BYTES / Pages.SIZE;
  private static final long DIRTY = PAGES / 100;

  private final PageSet dirty = new PageSet(PAGES);
  private final Samples millis = new Samples();

  public BitmapScan() {
    SplittableRandom random = new SplittableRandom(1);
    for (long i = 0; i < DIRTY; i++) {
      dirty.add(random.nextLong(PAGES));
    }
  }

  /** How long the walk took, of each turn. */
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
    long start = System.nanoTime();
    scan();
    millis.add((System.nanoTime() - start) / (double) TimeUnit.MILLISECONDS.toNanos(1));
  }

  private void scan() {
    long[] found = new long[1];
    dirty.forEachRange((first, count) -> found[0] += count);
    if (found[0] != dirty.count()) {
      throw new IllegalStateException("the walk found " + found[0] + " pages of " + dirty);
    }
  }

  @Override
  public void close() {}
}
