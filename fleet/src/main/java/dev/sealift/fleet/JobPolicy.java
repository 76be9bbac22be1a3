package dev.sealift.fleet;

import java.util.List;
import java.util.Map;

/**
 * How the guests of a job are moved.
 *
 * @param parallel moves at a time in the whole job; 1 or more
 * @param perHost moves at a time that a host sends or takes in; 1 or more
 * @param perLink moves at a time between two hosts; 1 or more
 * @param order which guests go first
 * @param attempts how often a guest is tried; 1 or more
 * @param downtimeMillis how long a guest may stand still
 * @param bytesPerSecond what a move may use of its link; 0 for all
 * @param headroomPercent of a host's memory that is left free
 * @param apart the label by which guests of a group are kept apart, as {@code rack}; empty: by host
 * @param labels what a destination must be labelled with
 * @param generations of chips that guests may go to; empty for all
 * @param apiMajor with {@code apiMinor}, the oldest API that guests may go to
 * @param apiMinor see {@code apiMajor}
 * @param sameOwner whether guests stay with platforms of one owner (OCA)
 */
public record JobPolicy(
    int parallel,
    int perHost,
    int perLink,
    Order order,
    int attempts,
    long downtimeMillis,
    long bytesPerSecond,
    int headroomPercent,
    String apart,
    Map<String, String> labels,
    List<String> generations,
    int apiMajor,
    int apiMinor,
    boolean sameOwner) {

  /** What holds where nothing else was asked for. */
  public static final JobPolicy DEFAULT =
      new JobPolicy(
          8, 2, 1, Order.LONGEST_FIRST, 3, 300, 0, 5, "", Map.of(), List.of(), 0, 0, false);

  /** Which guests go first, by the time that a plan predicts for their moves. */
  public enum Order {
    LONGEST_FIRST,
    LONGEST_LAST
  }

  public JobPolicy {
    labels = Map.copyOf(labels);
    generations = List.copyOf(generations);
  }

  /** The same with another number of moves at a time. */
  public JobPolicy withParallel(int moves) {
    return new JobPolicy(
        moves,
        perHost,
        perLink,
        order,
        attempts,
        downtimeMillis,
        bytesPerSecond,
        headroomPercent,
        apart,
        labels,
        generations,
        apiMajor,
        apiMinor,
        sameOwner);
  }
}
