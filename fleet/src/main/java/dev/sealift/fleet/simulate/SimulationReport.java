package dev.sealift.fleet.simulate;

import java.util.List;
import java.util.Map;

/**
 * What came of a simulation. Times are in seconds of its own clock.
 *
 * @param hosts in all
 * @param guests in all
 * @param rackSize hosts of the rack
 * @param seed of everything that was drawn
 * @param rackGuests guests that were in the rack
 * @param seconds until the job ended
 * @param tasks how its guests fared, by state
 * @param reasons why guests failed, each with how often
 * @param moves begun
 * @param movesFailed begun or not, and answered with a reason
 * @param faults how often each thing broke
 * @param killedInTheHandOver hosts of these that were killed between two deeds of a hand-over
 * @param bytes that went over links
 * @param meanLinkShare of the links of the rack until the job ended, 0 to 1
 * @param peakLinkShare of any host's link, 0 to 1
 * @param mostWaiting guests that waited at a time
 * @param progress at equal distances in time, the first at the beginning and the last at the end
 * @param downtimeMedianMillis of guests that moved; 0 where none did
 * @param downtime99Millis 99 of a hundred stood still no longer
 * @param longestDowntimeMillis the longest
 * @param steps that coordinators took
 * @param events that the clock went through
 * @param checks of a guest's owner and copies
 * @param running guests at the end
 * @param lostWithTheirHosts guests whose owners are gone for good
 * @param violations of what is promised; 0
 * @param violated the first of these, in sentences
 */
public record SimulationReport(
    int hosts,
    int guests,
    int rackSize,
    long seed,
    int rackGuests,
    double seconds,
    Map<String, Integer> tasks,
    Map<String, Integer> reasons,
    int moves,
    int movesFailed,
    Map<String, Integer> faults,
    int killedInTheHandOver,
    double bytes,
    double meanLinkShare,
    double peakLinkShare,
    int mostWaiting,
    List<Progress> progress,
    double downtimeMedianMillis,
    double downtime99Millis,
    double longestDowntimeMillis,
    int steps,
    long events,
    long checks,
    int running,
    int lostWithTheirHosts,
    long violations,
    List<String> violated) {

  /**
   * Where the job was at a moment.
   *
   * @param seconds since the beginning
   * @param waiting guests that had yet to move
   * @param moving guests that were moving
   */
  public record Progress(double seconds, int waiting, int moving) {}

  public SimulationReport {
    progress = List.copyOf(progress);
    violated = List.copyOf(violated);
  }
}
