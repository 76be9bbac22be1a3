package dev.sealift.migration;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Decides after each round with a running guest whether the next one is the last. */
final class Convergence {
  private static final int ROUNDS_WITHOUT_PROGRESS = 3;

  private final Duration downtimeTarget;
  private final int maxRounds;
  private int rounds;
  private long leastDirty = Long.MAX_VALUE;
  private int withoutProgress;

  Convergence(Duration downtimeTarget, int maxRounds) {
    this.downtimeTarget = downtimeTarget;
    this.maxRounds = maxRounds;
  }

  /**
   * A round is over.
   *
   * @param pages pages that it sent
   * @param millis how long it took
   * @param dirty pages that were written meanwhile
   * @return why the guest is to be paused now, or null for another round
   */
  @Nullable StopReason afterRound(long pages, double millis, long dirty) {
    rounds++;
    withoutProgress = dirty < leastDirty ? 0 : withoutProgress + 1;
    leastDirty = Math.min(leastDirty, dirty);
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
    return withoutProgress >= ROUNDS_WITHOUT_PROGRESS ? StopReason.NO_PROGRESS : null;
  }

  private boolean fits(long pages, double millis, long dirty) {
    return pages > 0 && dirty * millis / pages <= downtimeTarget.toNanos() / 1e6;
  }
}
