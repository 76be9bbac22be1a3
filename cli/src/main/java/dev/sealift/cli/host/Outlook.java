package dev.sealift.cli.host;

import dev.sealift.cli.view.ProgressView;
import dev.sealift.cli.view.RoundView;
import dev.sealift.migration.RoundProgress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is to be expected of a move that is under way, from what its rounds were like. It is a
 * forecast for people: the move itself goes by {@link dev.sealift.migration.Convergence}.
 */
final class Outlook {
  /** A round that has been under way for less says nothing of the rate. */
  private static final double TELLING_MILLIS = 50;

  /** What a hand-over takes beside its pages. */
  private static final double HAND_OVER_MILLIS = 8;

  /** Rounds that are looked ahead. */
  private static final int MOST_ROUNDS = 64;

  private final double downtimeMillis;
  private final int mostRounds;

  /**
   * @param downtimeMillis how long the last round may take
   * @param mostRounds the most rounds
   */
  Outlook(double downtimeMillis, int mostRounds) {
    this.downtimeMillis = downtimeMillis;
    this.mostRounds = mostRounds;
  }

  /**
   * Where a move stands.
   *
   * @param rounds those that are over
   */
  ProgressView of(RoundProgress now, List<RoundView> rounds) {
    @Nullable RoundView last = rounds.isEmpty() ? null : rounds.getLast();
    double perMilli = rate(now, last);
    long left = Math.max(0, now.pages() - now.sent());
    @Nullable Double dirty = last == null ? null : dirtyPerMilli(last, now.throttle());
    @Nullable Double downtime = null;
    @Nullable Double seconds = null;
    if (perMilli > 0 && dirty != null) {
      double leftMillis = left / perMilli;
      // What the guest writes in a round is at most what it wrote in the longer one before.
      double dirtyThen = Math.min(dirty * (now.millis() + leftMillis), now.pages() + 1.0);
      downtime = HAND_OVER_MILLIS + dirtyThen / perMilli;
      seconds = seconds(leftMillis, dirtyThen, dirty, perMilli, now.round());
    }
    return new ProgressView(
        now.round(),
        now.pages(),
        left,
        now.bytes(),
        perMilli * 1000,
        dirty == null ? null : (Double) (dirty * 1000),
        now.throttle(),
        downtime,
        seconds);
  }

  private static double rate(RoundProgress now, @Nullable RoundView last) {
    if (now.millis() >= TELLING_MILLIS || last == null || last.millis() <= 0) {
      return now.sent() / Math.max(1, now.millis());
    }
    return last.pages() / last.millis();
  }

  /** How fast the guest dirties, slowed down as it is now instead of as it was. */
  private static double dirtyPerMilli(RoundView last, int throttle) {
    double then = 100.0 - last.throttle();
    return last.millis() <= 0
        ? 0
        : last.dirtyAfter() / last.millis() * (100 - throttle) / Math.max(1, then);
  }

  /** Until the guest runs at the destination; null where it is never caught up with. */
  private @Nullable Double seconds(
      double leftMillis, double dirtyThen, double dirty, double perMilli, int round) {
    double millis = leftMillis;
    double pages = dirtyThen;
    for (int next = round + 1; next < round + MOST_ROUNDS; next++) {
      double takes = pages / perMilli;
      boolean last = takes + HAND_OVER_MILLIS <= downtimeMillis || next + 1 >= mostRounds;
      millis += takes;
      if (last) {
        return (millis + HAND_OVER_MILLIS) / 1000;
      }
      double then = dirty * takes;
      if (then >= pages) {
        return null;
      }
      pages = then;
    }
    return null;
  }
}
