package dev.sealift.cli.bench;

import dev.sealift.bench.Contestant;
import dev.sealift.bench.Samples;
import dev.sealift.cli.Failure;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Moves of one kind of guest, one after the other, between the same two processes. */
final class Moves implements Contestant {
  private final HostPair hosts;
  private final BenchOrder.Launch guest;
  private final boolean onePageACall;
  private final int downtimeMillis;
  private final long warmUpNanos;

  private final Samples megabytesPerSecond = new Samples();
  private final Samples totalMillis = new Samples();
  private final Samples downtime = new Samples();
  private final Samples cpuSecondsPerGigabyte = new Samples();
  private final Samples garbageBytesPerPage = new Samples();
  private int rounds;
  private int converged;
  private int pagesPerCall;
  private List<String> engines = List.of();
  private long sourceHeap;
  private long destinationHeap;
  private long sourceResident;
  private long destinationResident;

  /**
   * @param downtimeMillis how long the guest may stand still
   * @param warmUpNanos moves that do not count begin for so long; where the hosts are warm from
   *     others, 0
   */
  Moves(
      HostPair hosts,
      BenchOrder.Launch guest,
      boolean onePageACall,
      int downtimeMillis,
      long warmUpNanos) {
    this.hosts = hosts;
    this.guest = guest;
    this.onePageACall = onePageACall;
    this.downtimeMillis = downtimeMillis;
    this.warmUpNanos = warmUpNanos;
  }

  BenchOrder.Launch guest() {
    return guest;
  }

  /** Megabytes (1e6 bytes) of private pages a second, while pages were on their way. */
  Samples megabytesPerSecond() {
    return megabytesPerSecond;
  }

  /** From the first connection to the end. */
  Samples totalMillis() {
    return totalMillis;
  }

  /** How long the guest ran nowhere. */
  Samples downtimeMillis() {
    return downtime;
  }

  /** Processor time of both processes for 1e9 bytes of private pages. */
  Samples cpuSecondsPerGigabyte() {
    return cpuSecondsPerGigabyte;
  }

  /** Of the process that makes more of it. */
  Samples garbageBytesPerPage() {
    return garbageBytesPerPage;
  }

  /** Rounds of the last move. */
  int rounds() {
    return rounds;
  }

  /** How many moves ended because what was left fitted the downtime target. */
  int converged() {
    return converged;
  }

  /** The most pages that were sealed in one system call. */
  int pagesPerCall() {
    return pagesPerCall;
  }

  /** The packet engines of source and destination. */
  List<String> engines() {
    return engines;
  }

  long sourceHeapBytes() {
    return sourceHeap;
  }

  long destinationHeapBytes() {
    return destinationHeap;
  }

  long sourceResidentBytes() {
    return sourceResident;
  }

  long destinationResidentBytes() {
    return destinationResident;
  }

  @Override
  public void warmUp() throws Failure {
    long start = System.nanoTime();
    while (System.nanoTime() - start < warmUpNanos) {
      move();
    }
  }

  @Override
  public void turn() throws Failure {
    HostPair.Result result = move();
    MoveFigures move = result.move();
    double nanosPerSecond = TimeUnit.SECONDS.toNanos(1);
    double gigabytes = move.megabytesPerSecond() * move.roundMillis() / 1e6;
    megabytesPerSecond.add(move.megabytesPerSecond());
    totalMillis.add(move.totalMillis());
    downtime.add(move.downtimeMillis());
    cpuSecondsPerGigabyte.add(
        (result.source().cpuNanos() + result.destination().cpuNanos())
            / nanosPerSecond
            / gigabytes);
    garbageBytesPerPage.add(
        (double) Math.max(result.source().garbageBytes(), result.destination().garbageBytes())
            / move.packets());
    rounds = move.rounds();
    converged += move.converged() ? 1 : 0;
    pagesPerCall = move.pagesPerCall();
    engines = result.engines();
    sourceHeap = result.source().heapPeakBytes();
    destinationHeap = result.destination().heapPeakBytes();
    sourceResident = result.source().residentPeakBytes();
    destinationResident = result.destination().residentPeakBytes();
  }

  private HostPair.Result move() throws Failure {
    return hosts.move(guest, onePageACall, downtimeMillis);
  }

  /** The hosts are whoever's who started them. */
  @Override
  public void close() {}
}
