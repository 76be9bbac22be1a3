package dev.sealift.migration.plan;

import static dev.sealift.migration.plan.Scenarios.INSTANT;
import static dev.sealift.migration.plan.Scenarios.NO_DISTANCE;
import static dev.sealift.migration.plan.Scenarios.OPTIONS;
import static dev.sealift.migration.plan.Scenarios.leaving;
import static dev.sealift.migration.plan.Scenarios.processor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sealift.migration.Downtime;
import dev.sealift.migration.RoundReport;
import dev.sealift.migration.StopReason;
import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Forecasts whose figures can be reckoned by hand. */
class ForecastTest {

  @Test
  void anIdleGuestGoesInOneRoundAndStandsStillForTheHandOverOnly() {
    Forecast forecast = Forecast.of(leaving(GuestWrites.NONE));

    assertThat(forecast.rounds()).extracting(RoundReport::pages).containsExactly(4096L, 0L);
    assertThat(forecast.rounds().getFirst().millis()).isCloseTo(819.2, within(1e-9));
    assertThat(forecast.stopped()).isEqualTo(StopReason.CONVERGED);
    assertThat(forecast.downtime().total()).as("SEND_FINISH").isEqualTo(Duration.ofNanos(200_000));
    assertThat(forecast.total()).isEqualTo(Duration.ofNanos(819_400_000));
    assertThat(forecast.bottleneck()).isEqualTo(Bottleneck.SOURCE_PROCESSOR);
    assertThat(forecast.bytesPerSecond()).isCloseTo(4096 / 200e-6, within(1e-3));
    assertThat(forecast.meetsTarget()).isTrue();
  }

  @Test
  void aGuestThatDirtiesAQuarterOfWhatIsSentConvergesByQuarters() {
    Forecast forecast = Forecast.of(leaving(new GuestWrites.Sweep(1250, 4096)));

    assertThat(forecast.rounds())
        .extracting(RoundReport::privatePackets)
        .containsExactly(4096L, 1024L, 256L, 64L);
    assertThat(forecast.rounds())
        .extracting(RoundReport::dirtyAfter)
        .containsExactly(1024L, 256L, 64L, 0L);
    assertThat(forecast.stopped()).isEqualTo(StopReason.CONVERGED);
    assertThat(forecast.downtime().lastRound()).isEqualTo(Duration.ofNanos(12_800_000));
    assertThat(forecast.total())
        .isEqualTo(Duration.ofNanos((4096 + 1024 + 256 + 64 + 1) * 200_000L));
  }

  @Test
  void aGuestThatWritesFasterThanItIsSentIsSlowedDownUntilItDoesNot() {
    Forecast forecast = Forecast.of(leaving(new GuestWrites.Sweep(6000, 2048)));

    // Six pages are written while five are sent; then, at half the speed, three.
    assertThat(forecast.rounds())
        .extracting(RoundReport::throttle)
        .containsExactly(0, 0, 50, 50, 50, 50, 50, 0);
    assertThat(forecast.rounds())
        .extracting(RoundReport::pages)
        .containsExactly(4096L, 2048L, 2048L, 1229L, 737L, 442L, 265L, 159L);
    assertThat(forecast.stopped()).isEqualTo(StopReason.CONVERGED);
    assertThat(forecast.meetsTarget()).isTrue();
    assertThat(forecast.throttle()).isEqualTo(50);
    assertThat(forecast.isSmooth()).isFalse();
  }

  @Test
  void aGuestThatMayNotBeSlowedDownIsGivenUpAfterThreeRoundsWithoutProgress() {
    Scenario free = leaving(new GuestWrites.Sweep(7500, 2048));
    Forecast forecast = Forecast.of(free.with(OPTIONS.withMostThrottle(0)));

    assertThat(forecast.rounds())
        .extracting(RoundReport::pages)
        .containsExactly(4096L, 2048L, 2048L, 2048L, 2048L);
    assertThat(forecast.stopped()).isEqualTo(StopReason.NO_PROGRESS);
    assertThat(forecast.downtime().total()).isEqualTo(Duration.ofNanos(409_800_000));
    assertThat(forecast.meetsTarget()).isFalse();
  }

  @Test
  void aProcessorCostsLatencyAndBandwidth() {
    Scenario idle = leaving(GuestWrites.NONE);
    var processor =
        new ProcessorModel(
            Duration.ofNanos(100_000), OptionalLong.of(40_960_000)); // 100 us + 100 us
    Forecast forecast =
        Forecast.of(
            new Scenario(idle.guest(), processor, INSTANT, KernelModel.FREE, NO_DISTANCE, OPTIONS));

    assertThat(forecast.rounds().getFirst().millis()).isCloseTo(819.2, within(1e-9));
    assertThat(forecast.downtime().finish()).isEqualTo(Duration.ofNanos(100_000));
  }

  @Test
  void theDestinationWorksBehindTheSourceByOneBatch() {
    Forecast forecast =
        Forecast.of(
            new Scenario(
                GuestModel.of(4096, GuestWrites.NONE),
                processor(100),
                processor(300),
                KernelModel.FREE,
                NO_DISTANCE,
                OPTIONS));

    assertThat(forecast.rounds().getFirst().millis())
        .isCloseTo(64 * 0.1 + 4096 * 0.3, within(1e-9));
    assertThat(forecast.bottleneck()).isEqualTo(Bottleneck.DESTINATION_PROCESSOR);
    assertThat(forecast.downtime().commit())
        .as("RECEIVE_FINISH")
        .isEqualTo(Duration.ofNanos(300_000));
  }

  @Test
  void theLinkCarriesPacketHeadersToo() {
    Forecast forecast =
        Forecast.of(
            new Scenario(
                GuestModel.of(4096, GuestWrites.NONE),
                INSTANT,
                INSTANT,
                KernelModel.FREE,
                new LinkModel(1e8, Duration.ZERO),
                OPTIONS));

    // 64 batches of a preamble of 8 bytes, 16 of header, a tag of 16, and 64 pages of 4096 + 60.
    long bytes = 64 * (8 + 16 + 16 + 64 * 4156);
    assertThat(forecast.bytes()).isEqualTo(bytes);
    assertThat(forecast.rounds().getFirst().millis()).isCloseTo(bytes / 1e5, within(1e-6));
    assertThat(forecast.bottleneck()).isEqualTo(Bottleneck.LINK);
  }

  @Test
  void everyRoundAndTwoStepsOfTheHandOverWaitForARoundTrip() {
    Scenario near = leaving(GuestWrites.NONE);
    Duration roundTrip = Duration.ofMillis(7);
    Forecast forecast =
        Forecast.of(
            new Scenario(
                near.guest(),
                near.source(),
                near.destination(),
                near.kernel(),
                new LinkModel(1e18, roundTrip),
                OPTIONS.withDataConnections(3)));

    assertThat(forecast.rounds())
        .extracting(RoundReport::millis)
        .satisfiesExactly(
            first -> assertThat(first).isCloseTo(826.2, within(1e-9)),
            last -> assertThat(last).isCloseTo(7, within(1e-9)));
    assertThat(forecast.downtime())
        .isEqualTo(
            new Downtime(
                Duration.ZERO,
                roundTrip,
                Duration.ZERO,
                roundTrip,
                Duration.ofNanos(200_000),
                roundTrip));
    assertThat(forecast.total())
        .as("seven to set it up with three data connections, four later")
        .isEqualTo(Duration.ofNanos(819_400_000).plus(roundTrip.multipliedBy(7 + 4)));
  }

  @Test
  void withOneConnectionSealingAndSendingTakeTurnsAndWithTwoTheyOverlap() {
    // 4156.625 bytes a page and a microsecond for 25 of them: what a page waits for the link.
    var link = new LinkModel(4156.625 / 150e-6, Duration.ZERO);
    Scenario one =
        new Scenario(
            GuestModel.of(4096, GuestWrites.NONE),
            processor(200),
            INSTANT,
            KernelModel.FREE,
            link,
            OPTIONS.withDataConnections(1));
    Forecast alone = Forecast.of(one);
    Forecast both = Forecast.of(one.with(OPTIONS.withDataConnections(2)));

    assertThat(alone.bottleneck()).isEqualTo(Bottleneck.CONNECTIONS);
    assertThat(alone.rounds().getFirst().millis()).isCloseTo(4096 * 0.35, within(1e-6));
    assertThat(both.bottleneck()).isEqualTo(Bottleneck.SOURCE_PROCESSOR);
    assertThat(both.rounds().getFirst().millis())
        .isCloseTo(64 * 0.35 + (4096 - 64) * 0.2, within(1e-6));
  }

  @Test
  void manyPagesACallSpareSystemCalls() {
    Scenario idle = leaving(GuestWrites.NONE);
    var mainline = new KernelModel(Duration.ofNanos(300_000), 1);
    var extended = new KernelModel(Duration.ofNanos(300_000), 64);

    assertThat(perPage(idle, mainline)).isCloseTo((300 + 200) / 2.0, within(1e-6));
    assertThat(perPage(idle, extended)).isCloseTo(200, within(1e-6));
  }

  private static double perPage(Scenario scenario, KernelModel kernel) {
    Forecast forecast =
        Forecast.of(
            new Scenario(
                scenario.guest(),
                scenario.source(),
                scenario.destination(),
                kernel,
                scenario.link(),
                scenario.options()));
    return forecast.microsPerPage().get(forecast.bottleneck());
  }

  @Test
  void theBandwidthLimitHoldsWhileTheGuestRunsAndNotInTheLastRound() {
    Scenario unlimited = leaving(new GuestWrites.Sweep(500, 256));
    // 400 us a page, twice what the processor takes.
    Forecast forecast = Forecast.of(unlimited.with(OPTIONS.withBytesPerSecond(10_240_000)));

    assertThat(forecast.bottleneck()).isEqualTo(Bottleneck.BANDWIDTH_LIMIT);
    assertThat(forecast.rounds().getFirst().millis())
        .isCloseTo(64 * 0.2 + (4096 - 64) * 0.4, within(1e-9));
    RoundReport last = forecast.rounds().getLast();
    assertThat(last.millis()).isCloseTo(last.pages() * 0.2, within(1e-9));
  }

  @Test
  void sharedPagesPassTheProcessorsBy() {
    Scenario allPrivate = leaving(GuestWrites.NONE);
    Forecast forecast = Forecast.of(allPrivate.with(new GuestModel(4096, 1096, GuestWrites.NONE)));

    RoundReport first = forecast.rounds().getFirst();
    assertThat(first.pages()).isEqualTo(4096);
    assertThat(first.privatePackets()).isEqualTo(3000);
    assertThat(first.sharedPages()).isEqualTo(1096);
    assertThat(first.millis()).isCloseTo(600, within(1e-9));
  }

  @Test
  void anEthernetCarriesLessThanItsNameSays() {
    LinkModel gigabit = LinkModel.ethernet(125_000_000, Duration.ZERO);
    assertThat(gigabit.bytesPerSecond()).isCloseTo(117.685e6, within(1e3));
  }

  @Test
  void theSizeOfTheGuestDoesNotMatterToTheSimulation() {
    long pages = 1L << 52;
    Scenario huge =
        new Scenario(
            GuestModel.of(pages, new GuestWrites.Uniform(4000, pages)),
            processor(1),
            INSTANT,
            KernelModel.FREE,
            NO_DISTANCE,
            OPTIONS.withMaxRounds(65535));

    Forecast forecast = Forecast.of(huge);

    assertThat(forecast.rounds().getFirst().pages()).isEqualTo(pages);
    assertThat(forecast.stopped()).isEqualTo(StopReason.CONVERGED);
  }
}
