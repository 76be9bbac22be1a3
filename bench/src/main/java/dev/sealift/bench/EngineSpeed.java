package dev.sealift.bench;

import dev.sealift.crypto.EngineKind;
import java.util.Arrays;

/**
 * What one engine did in several rounds.
 *
 * @param operation {@code seal} or {@code open}
 * @param threads engines working at the same time, each on a thread of its own
 * @param gigabytesPerSecond of each round: 1e9 bytes of pages, all threads together
 * @param garbageBytesPerPage on the heap, in the last round
 */
@SuppressWarnings("ArrayRecordComponent") // figures, handed over to whoever prints them
record EngineSpeed(
    EngineKind engine,
    String operation,
    int threads,
    double[] gigabytesPerSecond,
    double garbageBytesPerPage) {

  double best() {
    return Arrays.stream(gigabytesPerSecond).max().orElse(0);
  }

  double median() {
    double[] sorted = gigabytesPerSecond.clone();
    Arrays.sort(sorted);
    return sorted.length == 0 ? 0 : sorted[sorted.length / 2];
  }
}
