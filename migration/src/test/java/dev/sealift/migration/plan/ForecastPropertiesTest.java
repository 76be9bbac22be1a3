package dev.sealift.migration.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.migration.MoveOptions;
import dev.sealift.migration.RoundReport;
import dev.sealift.migration.StopReason;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every forecast, tried on scenarios of all kinds. */
class ForecastPropertiesTest {

  static Stream<Scenario> scenarios() {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(23);
    return Stream.generate(() -> scenario(random)).limit(100);
  }

  private static Scenario scenario(RandomGenerator random) {
    long pages = 1 + (long) spread(random, 1, 1e9);
    long shared = random.nextInt(4) == 0 ? pages / 4 : 0;
    long workingSet = (long) ((pages - shared) * random.nextDouble());
    double rate = spread(random, 0.1, 1e6);
    GuestWrites writes =
        random.nextBoolean()
            ? new GuestWrites.Uniform(rate, workingSet)
            : new GuestWrites.Sweep(rate, workingSet);
    MoveOptions options =
        MoveOptions.DEFAULT
            .withBatchPages(random.nextInt(1, 1025))
            .withDataConnections(random.nextInt(1, 17))
            .withMaxRounds(random.nextInt(2, 60))
            .withMostThrottle(random.nextInt(100))
            .withDowntimeTarget(Duration.ofMillis((long) spread(random, 1, 10_000)));
    return new Scenario(
        new GuestModel(pages, shared, writes),
        processor(random),
        processor(random),
        new KernelModel(nanos(random, 1e5), random.nextInt(1, 1025)),
        new LinkModel(spread(random, 1e6, 1e11), nanos(random, 1e8)),
        random.nextInt(4) == 0
            ? options.withBytesPerSecond((long) spread(random, 1 << 20, 1e10))
            : options);
  }

  private static ProcessorModel processor(RandomGenerator random) {
    return new ProcessorModel(
        nanos(random, 1e6),
        random.nextBoolean()
            ? OptionalLong.empty()
            : OptionalLong.of((long) spread(random, 1e6, 1e10)));
  }

  private static Duration nanos(RandomGenerator random, double most) {
    return Duration.ofNanos((long) spread(random, 1, most));
  }

  /** Every order of magnitude is as likely as any other. */
  private static double spread(RandomGenerator random, double least, double most) {
    return least * Math.pow(most / least, random.nextDouble());
  }

  @ParameterizedTest
  @MethodSource("scenarios")
  void aForecastIsAMoveThatCouldBe(Scenario scenario) {
    Forecast forecast = Forecast.of(scenario);

    List<RoundReport> rounds = forecast.rounds();
    assertThat(rounds).hasSizeBetween(2, scenario.options().maxRounds());
    assertThat(rounds.getFirst().pages()).isEqualTo(scenario.guest().pages());
    assertThat(rounds.getLast().dirtyAfter()).isZero();
    double secondsAPage = scenario.source().secondsAPage() + scenario.destination().secondsAPage();
    for (int i = 0; i < rounds.size(); i++) {
      RoundReport round = rounds.get(i);
      assertThat(round.round()).isEqualTo(i);
      assertThat(round.pages()).isEqualTo(round.privatePackets() + round.sharedPages());
      assertThat(round.dirtyAfter()).isBetween(0L, scenario.guest().writes().workingSet());
      assertThat(round.millis())
          .as("no page is faster than both processors")
          .isGreaterThanOrEqualTo(round.privatePackets() == 0 ? 0 : secondsAPage * 1e3);
      if (i > 0) {
        assertThat(round.pages()).isEqualTo(rounds.get(i - 1).dirtyAfter());
      }
    }
    assertThat(forecast.throttle()).isBetween(0, scenario.options().mostThrottle());
    assertThat(forecast.stopped() == StopReason.ROUND_LIMIT)
        .isEqualTo(
            rounds.size() == scenario.options().maxRounds()
                && rounds.get(rounds.size() - 2).dirtyAfter() > 0);
    assertThat(forecast.downtime().total()).isLessThanOrEqualTo(forecast.total());
    assertThat(forecast.microsPerPage().values())
        .allSatisfy(micros ->
            assertThat(micros)
                .isLessThanOrEqualTo(forecast.microsPerPage().get(forecast.bottleneck())));
    assertThat(Forecast.of(scenario)).as("nothing is left to chance").isEqualTo(forecast);
  }

  @ParameterizedTest
  @MethodSource("scenarios")
  void nothingThatIsFasterMakesARoundLonger(Scenario scenario) {
    for (Scenario faster : faster(scenario)) {
      for (long pages = 0; pages < 1L << 40; pages = 3 * pages + 1) {
        assertThat(new Pipeline(faster).seconds(pages, pages / 3))
            .isLessThanOrEqualTo(new Pipeline(scenario).seconds(pages, pages / 3));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("scenarios")
  void nothingThatIsFasterMakesAnIdleGuestsMoveLonger(Scenario busy) {
    Scenario scenario = busy.with(busy.guest().writing(GuestWrites.NONE));
    Duration total = Forecast.of(scenario).total();
    for (Scenario faster : faster(scenario)) {
      assertThat(Forecast.of(faster).total()).isLessThanOrEqualTo(total);
    }
  }

  @ParameterizedTest
  @MethodSource("scenarios")
  void moreToSendNeverTakesLessTime(Scenario scenario) {
    var pipeline = new Pipeline(scenario);
    double before = 0;
    for (long pages = 0; pages < 1L << 40; pages = 3 * pages + 1) {
      double seconds = pipeline.seconds(pages, 0);
      assertThat(seconds).isGreaterThanOrEqualTo(before);
      assertThat(pipeline.seconds(pages, 1000)).isGreaterThanOrEqualTo(seconds);
      before = seconds;
    }
  }

  private static List<Scenario> faster(Scenario s) {
    return List.of(
        new Scenario(
            s.guest(), twice(s.source()), s.destination(), s.kernel(), s.link(), s.options()),
        new Scenario(
            s.guest(), s.source(), twice(s.destination()), s.kernel(), s.link(), s.options()),
        new Scenario(
            s.guest(),
            s.source(),
            s.destination(),
            new KernelModel(s.kernel().perCall(), Math.min(1024, 2 * s.kernel().pagesPerCall())),
            s.link(),
            s.options()),
        new Scenario(
            s.guest(),
            s.source(),
            s.destination(),
            s.kernel(),
            new LinkModel(2 * s.link().bytesPerSecond(), s.link().roundTrip()),
            s.options()),
        new Scenario(
            s.guest(),
            s.source(),
            s.destination(),
            s.kernel(),
            new LinkModel(s.link().bytesPerSecond(), s.link().roundTrip().dividedBy(2)),
            s.options()));
  }

  private static ProcessorModel twice(ProcessorModel processor) {
    return new ProcessorModel(
        processor.latency().dividedBy(2),
        processor.bytesPerSecond().isEmpty()
            ? OptionalLong.empty()
            : OptionalLong.of(2 * processor.bytesPerSecond().getAsLong()));
  }

  @ParameterizedTest
  @MethodSource("scenarios")
  void adviceIsGivenWhereAMoveWouldNotBeSmoothAndItHelps(Scenario scenario) {
    assertThat(Advice.on(scenario).isEmpty()).isEqualTo(Forecast.of(scenario).isSmooth());
    Advice.on(scenario)
        .ifPresent(advice -> {
          advice
              .writesPerSecond()
              .ifPresent(writes -> assertThat(isSmoothWriting(scenario, writes)).isTrue());
          advice
              .downtimeTarget()
              .ifPresent(target ->
                  assertThat(
                          Forecast.of(scenario.with(scenario.options().withDowntimeTarget(target)))
                              .isSmooth())
                      .isTrue());
        });
  }

  private static boolean isSmoothWriting(Scenario scenario, double writesPerSecond) {
    GuestWrites writes = scenario.guest().writes();
    return Forecast.of(
            scenario.with(
                scenario.guest().writing(writes.times(writesPerSecond / writes.pagesPerSecond()))))
        .isSmooth();
  }
}
