package dev.sealift.fleet.simulate;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What was counted and timed. */
final class Statistics {

  /**
   * How many guests of the job waited and moved.
   *
   * @param atMicros when
   */
  record Sample(long atMicros, int waiting, int moving) {}

  private final Map<Fault, Integer> faults = new EnumMap<>(Fault.class);
  private final Map<String, Long> standingSince = new HashMap<>();
  private final List<Long> downtimes = new ArrayList<>();
  private final List<Sample> samples = new ArrayList<>();
  private int inTheHandOver;
  private int begun;
  private int failed;
  private double bytes;
  private double peakLinkShare;
  private int steps;

  void fault(Fault fault) {
    faults.merge(fault, 1, Integer::sum);
  }

  Map<Fault, Integer> faults() {
    return faults;
  }

  /** A host was killed between two deeds of a hand-over. */
  void killedInTheHandOver() {
    inTheHandOver++;
  }

  int inTheHandOver() {
    return inTheHandOver;
  }

  void moveBegun() {
    begun++;
  }

  void moveFailed() {
    failed++;
  }

  int begun() {
    return begun;
  }

  int failed() {
    return failed;
  }

  /** A guest stands still. */
  void stands(String guest, long now) {
    standingSince.putIfAbsent(guest, now);
  }

  /** It runs, here or there. */
  void runs(String guest, long now, boolean moved) {
    Long since = standingSince.remove(guest);
    if (since != null && moved) {
      downtimes.add(now - since);
    }
  }

  /** Of guests that have moved, in microseconds, the shortest first. */
  List<Long> downtimes() {
    return downtimes.stream().sorted().toList();
  }

  void sent(double more) {
    bytes += more;
  }

  double bytes() {
    return bytes;
  }

  /** The share of its link that a host uses now, 0 to 1. */
  void linkShare(double share) {
    peakLinkShare = Math.max(peakLinkShare, share);
  }

  double peakLinkShare() {
    return peakLinkShare;
  }

  void step(Sample sample) {
    steps++;
    samples.add(sample);
  }

  int steps() {
    return steps;
  }

  List<Sample> samples() {
    return samples;
  }
}
