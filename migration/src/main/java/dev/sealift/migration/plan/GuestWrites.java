package dev.sealift.migration.plan;

/** How a guest writes to its memory: how many of its pages are dirty after a while. */
public sealed interface GuestWrites {

  /** A guest that writes nothing. */
  GuestWrites NONE = new Sweep(0, 0);

  /**
   * The different pages that it is expected to have written, on average.
   *
   * @param seconds for how long it ran
   */
  double pagesIn(double seconds);

  /** Writes at another speed to the same pages. */
  GuestWrites times(double factor);

  /** Writes of pages a second; each counts, the second one of a page as the first. */
  double pagesPerSecond();

  /** How many pages it writes to at all. */
  long workingSet();

  /**
   * Every write goes to any page of the working set, equally likely: of {@code W} pages, {@code W
   * (1 - exp(-r t / W))} are dirty after {@code t} seconds of {@code r} writes each.
   *
   * @param pagesPerSecond writes a second, not negative
   * @param workingSet pages, not negative
   */
  record Uniform(double pagesPerSecond, long workingSet) implements GuestWrites {
    public Uniform {
      check(pagesPerSecond, workingSet);
    }

    @Override
    public double pagesIn(double seconds) {
      return workingSet == 0
          ? 0
          : -workingSet * StrictMath.expm1(-pagesPerSecond * seconds / workingSet);
    }

    @Override
    public GuestWrites times(double factor) {
      return new Uniform(pagesPerSecond * factor, workingSet);
    }
  }

  /**
   * Writes go through the working set page after page, and begin again at its end: {@code min(r t,
   * W)} pages are dirty.
   *
   * @param pagesPerSecond writes a second, not negative
   * @param workingSet pages, not negative
   */
  record Sweep(double pagesPerSecond, long workingSet) implements GuestWrites {
    public Sweep {
      check(pagesPerSecond, workingSet);
    }

    @Override
    public double pagesIn(double seconds) {
      return Math.min(pagesPerSecond * seconds, (double) workingSet);
    }

    @Override
    public GuestWrites times(double factor) {
      return new Sweep(pagesPerSecond * factor, workingSet);
    }
  }

  private static void check(double pagesPerSecond, long workingSet) {
    if (!(pagesPerSecond >= 0) || Double.isInfinite(pagesPerSecond) || workingSet < 0) {
      throw new IllegalArgumentException(
          "a guest writes 0 or more pages a second to 0 or more pages: %s to %d"
              .formatted(pagesPerSecond, workingSet));
    }
  }
}
