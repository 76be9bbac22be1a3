package dev.sealift.migration.plan;

import dev.sealift.migration.MoveOptions;
import java.time.Duration;
import java.util.OptionalLong;

/** Scenarios for tests, made of one whose figures can be reckoned in the head. */
final class Scenarios {
  static final ProcessorModel INSTANT = processor(0);

  /** Carries everything in no time. */
  static final LinkModel NO_DISTANCE = new LinkModel(1e18, Duration.ZERO);

  /** Batches of 64 pages, a target of 40 ms. */
  static final MoveOptions OPTIONS =
      MoveOptions.DEFAULT.withBatchPages(64).withDowntimeTarget(Duration.ofMillis(40));

  private Scenarios() {}

  static ProcessorModel processor(long micros) {
    return new ProcessorModel(Duration.ofNanos(micros * 1000), OptionalLong.empty());
  }

  /** 16 MiB leave a processor of 200 us a command; all else is instant. */
  static Scenario leaving(GuestWrites writes) {
    return new Scenario(
        GuestModel.of(4096, writes),
        processor(200),
        INSTANT,
        KernelModel.FREE,
        NO_DISTANCE,
        OPTIONS);
  }
}
