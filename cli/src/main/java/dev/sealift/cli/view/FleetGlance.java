package dev.sealift.cli.view;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * As much of a fleet as a page has room for: all of it in numbers, and the first ones of each kind.
 *
 * @param registry where the fleet's memory is
 * @param link how it stands with that: connecting, answers, suspended or lost
 * @param asOf when the rest was true, where that is some time ago; null where it is so now, and
 *     while nothing has been read yet
 * @param totals of the whole fleet; null while nothing has been read yet
 * @param hosts by name; where there are too many, those with moves or out of reach come first
 * @param moves those under way, the first ones
 * @param jobs those under way and the last ones that ended, newest first
 * @param warnings a sentence for each record that could not be read and was left out
 */
public record FleetGlance(
    String registry,
    String link,
    @Nullable Instant asOf,
    @Nullable Totals totals,
    List<Host> hosts,
    List<Move> moves,
    List<Job> jobs,
    List<String> warnings) {

  /**
   * A fleet in numbers.
   *
   * @param open hosts that are there and take guests
   * @param closed hosts that are there and take none
   * @param gone hosts that are not there
   * @param guests all guests
   * @param moves those under way
   * @param memoryBytes of all guests
   * @param capacityBytes what the hosts that are there have room for
   */
  public record Totals(
      int open, int closed, int gone, int guests, int moves, long memoryBytes, long capacityBytes) {

    /** All hosts, there or not. */
    public int hosts() {
      return open + closed + gone;
    }
  }

  /**
   * A host with its guests.
   *
   * @param host which knows how many there are
   * @param guests the first ones: those that move, then by name
   */
  public record Host(FleetHost host, List<FleetGuest> guests) {
    public Host {
      guests = List.copyOf(guests);
    }
  }

  /**
   * A move under way.
   *
   * @param job for which
   * @param task what is moved, and how far it is
   */
  public record Move(String job, FleetTask task) {}

  /**
   * A job.
   *
   * @param id by which it is cancelled
   * @param kind evacuate, move or rebalance
   * @param subject the host to be emptied, or empty
   * @param state under-way, cancelling or ended
   * @param secondsLeft until it ends, if all goes as planned; null where nobody knows
   * @param guests how many of each state of a {@link FleetTask} there are
   * @param obstacles guests in whose way something stands, the first ones
   */
  public record Job(
      String id,
      String kind,
      String subject,
      String state,
      @Nullable Double secondsLeft,
      Map<String, Integer> guests,
      List<FleetTask> obstacles) {
    public Job {
      guests = Map.copyOf(guests);
      obstacles = List.copyOf(obstacles);
    }
  }

  public FleetGlance {
    hosts = List.copyOf(hosts);
    moves = List.copyOf(moves);
    jobs = List.copyOf(jobs);
    warnings = List.copyOf(warnings);
  }

  /** What is known of a fleet before it has been read. */
  public static FleetGlance unread(String registry, String link) {
    return new FleetGlance(registry, link, null, null, List.of(), List.of(), List.of(), List.of());
  }

  /** The same fleet, with another word of how it stands with the registry, and how old this is. */
  public FleetGlance seen(String link, @Nullable Instant asOf) {
    return new FleetGlance(registry, link, asOf, totals, hosts, moves, jobs, warnings);
  }
}
