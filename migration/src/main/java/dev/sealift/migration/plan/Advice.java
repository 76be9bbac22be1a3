package dev.sealift.migration.plan;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.DoublePredicate;

/**
 * What would have to be different for a guest to stand still no longer than was asked for, without
 * having been slowed down before. Each value is found by simulation, all else being equal.
 *
 * @param writesPerSecond the most pages a second that the guest might write; empty where not even a
 *     guest that writes nothing would do
 * @param downtimeTarget the least target that would do; empty where none up to an hour would
 */
public record Advice(OptionalDouble writesPerSecond, Optional<Duration> downtimeTarget) {

  /** Half the distance, so often: to a millionth of what is looked for. */
  private static final int HALVINGS = 20;

  private static final long LONGEST_TARGET_MILLIS = Duration.ofHours(1).toMillis();

  /** Advice where a move would not be smooth; empty where it would. */
  public static Optional<Advice> on(Scenario scenario) {
    if (Forecast.of(scenario).isSmooth()) {
      return Optional.empty();
    }
    return Optional.of(new Advice(writes(scenario), target(scenario)));
  }

  private static OptionalDouble writes(Scenario scenario) {
    GuestWrites writes = scenario.guest().writes();
    DoublePredicate isSmooth =
        factor ->
            Forecast.of(scenario.with(scenario.guest().writing(writes.times(factor)))).isSmooth();
    if (!isSmooth.test(0)) {
      return OptionalDouble.empty();
    }
    double does = 0;
    double doesNot = 1;
    for (int i = 0; i < HALVINGS; i++) {
      double middle = (does + doesNot) / 2;
      if (isSmooth.test(middle)) {
        does = middle;
      } else {
        doesNot = middle;
      }
    }
    return OptionalDouble.of(does * writes.pagesPerSecond());
  }

  private static Optional<Duration> target(Scenario scenario) {
    long does = LONGEST_TARGET_MILLIS;
    if (!isSmoothWith(scenario, does)) {
      return Optional.empty();
    }
    long doesNot = Math.max(scenario.options().downtimeTarget().toMillis(), 0);
    while (does - doesNot > 1) {
      long middle = (does + doesNot) / 2;
      if (isSmoothWith(scenario, middle)) {
        does = middle;
      } else {
        doesNot = middle;
      }
    }
    return Optional.of(Duration.ofMillis(does));
  }

  private static boolean isSmoothWith(Scenario scenario, long millis) {
    return Forecast.of(
            scenario.with(scenario.options().withDowntimeTarget(Duration.ofMillis(millis))))
        .isSmooth();
  }
}
