package dev.sealift.migration;

import dev.sealift.migration.wire.Bounds;
import java.time.Duration;

/**
 * What a destination takes.
 *
 * @param maxMoves moves at a time, 1 to 64
 * @param maxDataConnections data connections of one move, 1 to 16
 * @param maxGuestBytes memory of one guest
 * @param timeout how long a source may be silent, 10 ms to 1 h
 * @param resumeLimit how long a guest of which a part has come waits for a source whose link broke;
 *     0 to 1 h. A guest that is whole waits for ever: only its source knows whether it may run
 */
public record DestinationOptions(
    int maxMoves,
    int maxDataConnections,
    long maxGuestBytes,
    Duration timeout,
    Duration resumeLimit) {

  /** 4 moves, 16 connections, guests of any size, 30 s, and a minute for a broken link. */
  public static final DestinationOptions DEFAULT =
      new DestinationOptions(
          4,
          Bounds.DATA_CONNECTIONS,
          Long.MAX_VALUE,
          Duration.ofSeconds(30),
          Duration.ofSeconds(60));

  public DestinationOptions {
    MoveOptions.check(maxMoves >= 1 && maxMoves <= 64, "1 to 64 moves at a time: " + maxMoves);
    MoveOptions.check(
        maxDataConnections >= 1 && maxDataConnections <= Bounds.DATA_CONNECTIONS,
        "a move has 1 to 16 data connections: " + maxDataConnections);
    MoveOptions.check(maxGuestBytes > 0, "a guest has memory: " + maxGuestBytes);
    MoveOptions.check(
        MoveOptions.within(timeout, 10), "the time limit is 10 ms to 1 h: " + timeout);
    MoveOptions.check(
        MoveOptions.within(resumeLimit, 0), "a broken link is given 0 to 1 h: " + resumeLimit);
  }

  public DestinationOptions withTimeout(Duration limit) {
    return new DestinationOptions(maxMoves, maxDataConnections, maxGuestBytes, limit, resumeLimit);
  }

  public DestinationOptions withMaxGuestBytes(long bytes) {
    return new DestinationOptions(maxMoves, maxDataConnections, bytes, timeout, resumeLimit);
  }

  public DestinationOptions withMaxDataConnections(int connections) {
    return new DestinationOptions(maxMoves, connections, maxGuestBytes, timeout, resumeLimit);
  }

  public DestinationOptions withResumeLimit(Duration limit) {
    return new DestinationOptions(maxMoves, maxDataConnections, maxGuestBytes, timeout, limit);
  }
}
