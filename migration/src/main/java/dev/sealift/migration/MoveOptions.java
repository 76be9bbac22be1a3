package dev.sealift.migration;

import dev.sealift.migration.wire.Bounds;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * How a guest is moved.
 *
 * @param downtimeTarget the last round may take so long by the rate of the rounds before it; 1 ms
 *     to 1 h
 * @param maxRounds rounds in all, the last one with the guest paused included; 2 to 65535
 * @param dataConnections 1 to 16; the destination may take fewer
 * @param batchPages pages in a batch, 1 to 1024
 * @param bytesPerSecond what all data connections together may send while the guest runs; at least
 *     1 MiB, so that no batch is so late that the destination gives up
 * @param timeout how long the peer may be silent, 10 ms to 1 h
 * @param onePageACall ask the source's kernel for one page at a time, even where it seals a whole
 *     batch in one system call
 */
public record MoveOptions(
    Duration downtimeTarget,
    int maxRounds,
    int dataConnections,
    int batchPages,
    OptionalLong bytesPerSecond,
    Duration timeout,
    boolean onePageACall) {

  /**
   * 300 ms of downtime, 30 rounds, 2 connections, batches of 256 pages, no limit, 30 s, whole
   * batches where the kernel takes them.
   */
  public static final MoveOptions DEFAULT =
      new MoveOptions(
          Duration.ofMillis(300), 30, 2, 256, OptionalLong.empty(), Duration.ofSeconds(30), false);

  public MoveOptions {
    check(within(downtimeTarget, 1), "the downtime target is 1 ms to 1 h: " + downtimeTarget);
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
  }

  public MoveOptions withDowntimeTarget(Duration target) {
    return new MoveOptions(
        target, maxRounds, dataConnections, batchPages, bytesPerSecond, timeout, onePageACall);
  }

  public MoveOptions withMaxRounds(int rounds) {
    return new MoveOptions(
        downtimeTarget, rounds, dataConnections, batchPages, bytesPerSecond, timeout, onePageACall);
  }

  public MoveOptions withDataConnections(int connections) {
    return new MoveOptions(
        downtimeTarget, maxRounds, connections, batchPages, bytesPerSecond, timeout, onePageACall);
  }

  public MoveOptions withBatchPages(int pages) {
    return new MoveOptions(
        downtimeTarget, maxRounds, dataConnections, pages, bytesPerSecond, timeout, onePageACall);
  }

  public MoveOptions withBytesPerSecond(long bytes) {
    return new MoveOptions(
        downtimeTarget,
        maxRounds,
        dataConnections,
        batchPages,
        OptionalLong.of(bytes),
        timeout,
        onePageACall);
  }

  public MoveOptions withTimeout(Duration limit) {
    return new MoveOptions(
        downtimeTarget,
        maxRounds,
        dataConnections,
        batchPages,
        bytesPerSecond,
        limit,
        onePageACall);
  }

  public MoveOptions withOnePageACall() {
    return new MoveOptions(
        downtimeTarget, maxRounds, dataConnections, batchPages, bytesPerSecond, timeout, true);
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
