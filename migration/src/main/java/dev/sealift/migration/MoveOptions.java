package dev.sealift.migration;

import dev.sealift.migration.wire.Bounds;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * How a guest is moved.
 *
 * @param downtimeTarget the last round may take so long by the rate of the rounds before it; 1 ms
 *     to 1 h
 * @param mostThrottle percent of the time that a guest which writes faster than it is sent may be
 *     kept standing meanwhile, 0 to 99
 * @param maxRounds rounds in all, the last one with the guest paused included; 2 to 65535
 * @param dataConnections 1 to 16; the destination may take fewer
 * @param batchPages pages in a batch, 1 to 1024
 * @param bytesPerSecond what all data connections together may send while the guest runs; at least
 *     1 MiB, so that no batch is so late that the destination gives up
 * @param timeout how long the peer may be silent, 10 ms to 1 h
 * @param onePageACall ask the source's kernel for one page at a time, even where it seals a whole
 *     batch in one system call
 * @param resumeLimit how long to try to take a broken link up again, and to hear from a destination
 *     how the hand-over ended; 0 for not at all, up to 1 h
 */
public record MoveOptions(
    Duration downtimeTarget,
    int mostThrottle,
    int maxRounds,
    int dataConnections,
    int batchPages,
    OptionalLong bytesPerSecond,
    Duration timeout,
    boolean onePageACall,
    Duration resumeLimit) {

  /**
   * 300 ms of downtime, a guest slowed down as far as that takes, 30 rounds, 2 connections, batches
   * of 64 pages (which the caches hold from the seal to the wire), no limit, 30 s, whole batches
   * where the kernel takes them, and 30 s for a broken link.
   */
  public static final MoveOptions DEFAULT =
      new MoveOptions(
          Duration.ofMillis(300),
          99,
          30,
          2,
          64,
          OptionalLong.empty(),
          Duration.ofSeconds(30),
          false,
          Duration.ofSeconds(30));

  public MoveOptions {
    check(within(downtimeTarget, 1), "the downtime target is 1 ms to 1 h: " + downtimeTarget);
    check(
        mostThrottle >= 0 && mostThrottle <= 99,
        "a guest is kept standing for 0 to 99 percent of the time: " + mostThrottle);
    check(
        maxRounds >= 2 && maxRounds <= Bounds.ROUNDS, "a move has 2 to 65535 rounds: " + maxRounds);
    check(
        dataConnections >= 1 && dataConnections <= Bounds.DATA_CONNECTIONS,
        "a move has 1 to 16 data connections: " + dataConnections);
    check(
        batchPages >= 1 && batchPages <= Bounds.BATCH_PAGES,
        "a batch has 1 to 1024 pages: " + batchPages);
    check(
        bytesPerSecond.isEmpty() || bytesPerSecond.getAsLong() >= 1 << 20,
        "the bandwidth is at least 1 MiB per second: " + bytesPerSecond);
    check(within(timeout, 10), "the time limit is 10 ms to 1 h: " + timeout);
    check(within(resumeLimit, 0), "a broken link is given 0 to 1 h: " + resumeLimit);
  }

  public MoveOptions withDowntimeTarget(Duration target) {
    return new MoveOptions(
        target,
        mostThrottle,
        maxRounds,
        dataConnections,
        batchPages,
        bytesPerSecond,
        timeout,
        onePageACall,
        resumeLimit);
  }

  public MoveOptions withMostThrottle(int percent) {
    return new MoveOptions(
        downtimeTarget,
        percent,
        maxRounds,
        dataConnections,
        batchPages,
        bytesPerSecond,
        timeout,
        onePageACall,
        resumeLimit);
  }

  public MoveOptions withMaxRounds(int rounds) {
    return new MoveOptions(
        downtimeTarget,
        mostThrottle,
        rounds,
        dataConnections,
        batchPages,
        bytesPerSecond,
        timeout,
        onePageACall,
        resumeLimit);
  }

  public MoveOptions withDataConnections(int connections) {
    return new MoveOptions(
        downtimeTarget,
        mostThrottle,
        maxRounds,
        connections,
        batchPages,
        bytesPerSecond,
        timeout,
        onePageACall,
        resumeLimit);
  }

  public MoveOptions withBatchPages(int pages) {
    return new MoveOptions(
        downtimeTarget,
        mostThrottle,
        maxRounds,
        dataConnections,
        pages,
        bytesPerSecond,
        timeout,
        onePageACall,
        resumeLimit);
  }

  public MoveOptions withBytesPerSecond(long bytes) {
    return new MoveOptions(
        downtimeTarget,
        mostThrottle,
        maxRounds,
        dataConnections,
        batchPages,
        OptionalLong.of(bytes),
        timeout,
        onePageACall,
        resumeLimit);
  }

  public MoveOptions withTimeout(Duration limit) {
    return new MoveOptions(
        downtimeTarget,
        mostThrottle,
        maxRounds,
        dataConnections,
        batchPages,
        bytesPerSecond,
        limit,
        onePageACall,
        resumeLimit);
  }

  public MoveOptions withOnePageACall() {
    return new MoveOptions(
        downtimeTarget,
        mostThrottle,
        maxRounds,
        dataConnections,
        batchPages,
        bytesPerSecond,
        timeout,
        true,
        resumeLimit);
  }

  public MoveOptions withResumeLimit(Duration limit) {
    return new MoveOptions(
        downtimeTarget,
        mostThrottle,
        maxRounds,
        dataConnections,
        batchPages,
        bytesPerSecond,
        timeout,
        onePageACall,
        limit);
  }

  static boolean within(Duration value, long leastMillis) {
    return value.compareTo(Duration.ofMillis(leastMillis)) >= 0
        && value.compareTo(Duration.ofHours(1)) <= 0;
  }

  static void check(boolean holds, String rule) {
    if (!holds) {
      throw new IllegalArgumentException(rule);
    }
  }
}
