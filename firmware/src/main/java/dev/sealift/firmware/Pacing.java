package dev.sealift.firmware;

/**
 * Makes commands take the time they would take a slower processor: whoever has run some waits until
 * they have cost what they must. Used by one thread at a time, so that each waits for the one
 * before it.
 */
final class Pacing {
  private final ProcessorPace pace;
  private final PaceClock clock;
  private final boolean paced;

  Pacing(ProcessorPace pace, PaceClock clock) {
    this.pace = pace;
    this.clock = clock;
    this.paced = pace.isPaced();
  }

  /** Whether commands cost anything. */
  boolean isPaced() {
    return paced;
  }

  /** Commands begin; what this returns goes to {@link #end} if they cost anything. */
  long begin() {
    return paced ? clock.nanos() : 0;
  }

  /**
   * Commands are done, but for the time they must take.
   *
   * @param begun when they began
   * @param commands how many they were
   * @param bytes guest data that they moved, all together
   */
  void end(long begun, long commands, long bytes) {
    clock.await(begun + pace.cost(commands, bytes).toNanos());
  }
}
