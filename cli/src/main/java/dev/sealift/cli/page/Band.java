package dev.sealift.cli.page;

import dev.sealift.cli.view.DowntimeView;
import dev.sealift.cli.view.LimitsView;
import dev.sealift.cli.view.MoveView;
import dev.sealift.cli.view.ProgressView;
import dev.sealift.cli.view.RoundView;
import java.util.ArrayList;
import java.util.List;

/**
 * A round as the plot has it.
 *
 * @param round its number
 * @param left pages that were left to send when it began
 * @param sent pages sent
 * @param dirtied pages that were written meanwhile, or, of a round under way, that will have been
 *     at the present rate; below 0 where that is not known
 * @param fits pages that could have gone within the downtime target, by this round's rate; 0 where
 *     that is not known
 * @param millis how long it took; 0 while it is under way
 * @param throttle percent of the time that the guest was kept standing
 * @param paused whether the guest stood still for it
 * @param live whether it is under way
 */
record Band(
    int round,
    long left,
    long sent,
    double dirtied,
    double fits,
    double millis,
    int throttle,
    boolean paused,
    boolean live) {

  /** A move's rounds, in order; the one under way is the last. */
  static List<Band> of(MoveView move) {
    List<Band> bands = new ArrayList<>();
    LimitsView limits = move.limits();
    double target = limits == null ? 0 : limits.downtimeMillis();
    DowntimeView downtime = move.downtime();
    for (int i = 0; i < move.rounds().size(); i++) {
      RoundView round = move.rounds().get(i);
      long sent = round.privatePackets() + round.sharedPages();
      bands.add(
          new Band(
              round.round(),
              round.pages(),
              sent,
              round.dirtyAfter(),
              round.millis() > 0 ? sent / round.millis() * target : 0,
              round.millis(),
              round.throttle(),
              downtime != null && i == move.rounds().size() - 1,
              false));
    }
    ProgressView now = move.now();
    if (now != null && !move.ended()) {
      Double dirtyRate = now.dirtyPagesPerSecond();
      double dirtied =
          dirtyRate == null || now.pagesPerSecond() <= 0
              ? -1
              : now.pages() / now.pagesPerSecond() * dirtyRate;
      bands.add(
          new Band(
              now.round(),
              now.pages(),
              now.pages() - now.pagesLeft(),
              dirtied,
              now.pagesPerSecond() * target / 1000,
              0,
              now.throttle(),
              move.status().equals("device"),
              true));
    }
    return bands;
  }
}
