package dev.sealift.migration;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Decides after each round with a running guest whether the next one is the last, and if not, for
 * how much of the time the guest stands still meanwhile, so that it writes less than is sent: in a
 * move, and in a plan of one.
 */
public final class Convergence {
  private static final int ROUNDS_WITHOUT_PROGRESS = 3;

  /** A guest that leaves more than this share of what it left before is slowed down. */
  private static final double PROGRESS = 0.75;

  /** What the hand-over takes beside the last round: a few messages, and writes to a disk. */
  private static final Duration HAND_OVER = Duration.ofMillis(8);

  private final double lastRoundMillis;
  private final int maxRounds;
  private final int mostThrottle;
  private int rounds;
  private long pagesInAll;
  private double millisInAll;
  private long lastDirty = Long.MAX_VALUE;
  private long leastDirty = Long.MAX_VALUE;
  private int withoutProgress;
  private int throttle;

  /**
   * @param downtimeTarget how long the guest may run nowhere; the last round gets what the rest of
   *     the hand-over leaves of it
   * @param maxRounds rounds in all
   * @param mostThrottle percent of the time that the guest may be kept standing, 0 to 99
   */
  public Convergence(Duration downtimeTarget, int maxRounds, int mostThrottle) {
    Duration handOver = min(HAND_OVER, downtimeTarget.dividedBy(4));
    this.lastRoundMillis = downtimeTarget.minus(handOver).toNanos() / 1e6;
    this.maxRounds = maxRounds;
    this.mostThrottle = mostThrottle;
  }

  /**
   * A round is over.
   *
   * @param pages pages that it sent
   * @param millis how long it took
   * @param dirty pages that were written meanwhile
   * @return why the guest is to be paused now, or null for another round
   */
  public @Nullable StopReason afterRound(long pages, double millis, long dirty) {
    rounds++;
    pagesInAll += pages;
    millisInAll += millis;
    withoutProgress = dirty < leastDirty ? 0 : withoutProgress + 1;
    leastDirty = Math.min(leastDirty, dirty);
    boolean tooMany = rounds > 1 && dirty > PROGRESS * lastDirty;
    lastDirty = dirty;
    if (dirty == 0) {
      return StopReason.CONVERGED;
    }
    if (rounds + 1 >= maxRounds) {
      return StopReason.ROUND_LIMIT;
    }
    // The first round sends every page once: only those after it show the rate of written ones.
    if (rounds > 1 && fits(pages, millis, dirty)) {
      return StopReason.CONVERGED;
    }
    if (tooMany && throttle < mostThrottle) {
      slowDown();
      return null;
    }
    return withoutProgress >= ROUNDS_WITHOUT_PROGRESS ? StopReason.NO_PROGRESS : null;
  }

  /** Percent of the time that the guest is to stand still during the next round. */
  public int throttle() {
    return throttle;
  }

  /** Half of the time that the guest still had. */
  private void slowDown() {
    throttle = Math.min(mostThrottle, 100 - (100 - throttle) / 2);
    withoutProgress = 0;
  }

  /** A short round is slow by the page: then all of them together tell the rate. */
  private boolean fits(long pages, double millis, long dirty) {
    double millisPerPage = Math.min(millis / Math.max(1, pages), millisInAll / pagesInAll);
    return dirty * millisPerPage <= lastRoundMillis;
  }

  private static Duration min(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
