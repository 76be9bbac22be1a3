package dev.sealift.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealift.abi.sev.SevCommand;
import dev.sealift.firmware.ProcessorPace;
import dev.sealift.migration.plan.Forecast;
import dev.sealift.migration.plan.GuestModel;
import dev.sealift.migration.plan.GuestWrites;
import dev.sealift.migration.plan.KernelModel;
import dev.sealift.migration.plan.LinkModel;
import dev.sealift.migration.plan.ProcessorModel;
import dev.sealift.migration.plan.Scenario;
import dev.sealift.vmm.Guest;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Forecasts against moves that take place. A paced processor is the slowest thing on the way, and
 * the guest writes so many pages for every command of the source's: however slow this machine is at
 * the moment, it slows both, and what each round has to send stays as it was forecast.
 */
@Tag("long")
class ForecastOfMovesTest {
  private static final Duration LATENCY = Duration.ofNanos(200_000);
  private static final double MILLIS_A_PACKET = LATENCY.toNanos() / 1e6;
  private static final ProcessorPace SLOW = new ProcessorPace(LATENCY, OptionalLong.empty());

  /** A target of 50 ms is 250 pages of a paced processor. */
  private static final MoveOptions OPTIONS =
      Crossing.OPTIONS.withDowntimeTarget(Duration.ofMillis(50)).withMaxRounds(12);

  /** Pages that fall into the next round where the guest is woken late. */
  private static final long LATE = 64;

  private static final long PAGES = RationedGuest.PAGES;
  private static final long WORKING_SET = RationedGuest.WORKING_SET;

  @Test
  void anIdleGuestLeavesASlowProcessorInTheRoundsThatWereForecastAndNoFaster() throws Exception {
    Forecast forecast = forecast(SLOW, ProcessorPace.UNPACED, GuestWrites.NONE, OPTIONS);

    MoveReport report =
        move(SLOW, ProcessorPace.UNPACED, RationedGuest.SWEEPS, perPacket(0), OPTIONS);

    assertSameRounds(forecast, report);
    assertNoFaster(forecast, report);
  }

  @Test
  void anIdleGuestComesToASlowProcessorInTheRoundsThatWereForecastAndNoFaster() throws Exception {
    Forecast forecast = forecast(ProcessorPace.UNPACED, SLOW, GuestWrites.NONE, OPTIONS);

    MoveReport report =
        move(ProcessorPace.UNPACED, SLOW, RationedGuest.SWEEPS, perPacket(0), OPTIONS);

    assertSameRounds(forecast, report);
    assertNoFaster(forecast, report);
  }

  @Test
  void aGuestThatSweepsItsMemoryConvergesAsForecast() throws Exception {
    assertConvergesAsForecast(
        RationedGuest.SWEEPS, 0.25, new GuestWrites.Sweep(0.25 * perSecond(), WORKING_SET));
  }

  @Test
  void aGuestThatWritesAllOverItsMemoryConvergesAsForecast() throws Exception {
    assertConvergesAsForecast(
        RationedGuest.SCATTERS, 0.5, new GuestWrites.Uniform(0.5 * perSecond(), WORKING_SET));
  }

  @Test
  void aGuestThatMayNotBeSlowedDownIsGivenUpAsForecast() throws Exception {
    MoveOptions atFullSpeed = OPTIONS.withMostThrottle(0);
    Forecast forecast =
        forecast(
            SLOW,
            ProcessorPace.UNPACED,
            new GuestWrites.Sweep(4 * perSecond(), WORKING_SET),
            atFullSpeed);
    assertThat(forecast.stopped()).isEqualTo(StopReason.NO_PROGRESS);

    MoveReport report =
        move(SLOW, ProcessorPace.UNPACED, RationedGuest.SWEEPS, perPacket(4), atFullSpeed);

    assertThat(report.stopped()).isEqualTo(StopReason.NO_PROGRESS);
    assertCloseRounds(forecast, report);
  }

  @Test
  void aGuestThatWritesFasterThanItIsSentIsSlowedDownFromTheRoundThatWasForecast()
      throws Exception {
    Forecast forecast =
        forecast(
            SLOW,
            ProcessorPace.UNPACED,
            new GuestWrites.Sweep(2 * perSecond(), WORKING_SET),
            OPTIONS);
    assertThat(forecast.stopped()).isEqualTo(StopReason.CONVERGED);
    assertThat(throttles(forecast.rounds())).startsWith(0, 0, 50);

    MoveReport report =
        move(SLOW, ProcessorPace.UNPACED, RationedGuest.SWEEPS, perPacketWhileRunning(2), OPTIONS);

    assertThat(report.stopped()).isEqualTo(StopReason.CONVERGED);
    assertThat(throttles(report.rounds())).startsWith(0, 0, 50);
    long packets = forecast.rounds().stream().mapToLong(RoundReport::privatePackets).sum();
    assertThat(report.privatePackets()).isBetween(packets / 2, packets * 3 / 2);
    assertPaced(report);
    report(forecast, report);
  }

  private static List<Integer> throttles(List<RoundReport> rounds) {
    return rounds.stream().map(RoundReport::throttle).toList();
  }

  private static void assertConvergesAsForecast(
      RationedGuest guest, double ratio, GuestWrites writes) throws Exception {
    Forecast forecast = forecast(SLOW, ProcessorPace.UNPACED, writes, OPTIONS);
    assertThat(forecast.stopped()).isEqualTo(StopReason.CONVERGED);

    MoveReport report = move(SLOW, ProcessorPace.UNPACED, guest, perPacket(ratio), OPTIONS);

    assertThat(report.stopped()).isEqualTo(StopReason.CONVERGED);
    assertCloseRounds(forecast, report);
  }

  private static double perSecond() {
    return 1e3 / MILLIS_A_PACKET;
  }

  private static Forecast forecast(
      ProcessorPace source, ProcessorPace destination, GuestWrites writes, MoveOptions options) {
    return Forecast.of(
        new Scenario(
            GuestModel.of(PAGES, writes),
            new ProcessorModel(source.latency(), source.bytesPerSecond()),
            new ProcessorModel(destination.latency(), destination.bytesPerSecond()),
            KernelModel.FREE,
            new LinkModel(1e12, Duration.ZERO),
            options));
  }

  /** How often a guest may have written, by how many packets the source's processor has made. */
  private interface Rate {
    IntSupplier ration(IntSupplier packets);
  }

  /** So many writes a packet; a guest that was late may catch up. */
  private static Rate perPacket(double ratio) {
    return packets -> () -> (int) (ratio * packets.getAsInt());
  }

  /** So many writes a packet, but for those packets that were made while the guest stood still. */
  private static Rate perPacketWhileRunning(double ratio) {
    return packets -> {
      int mostAtOnce = 4;
      int[] lastAndGranted = {0, 0};
      return () -> {
        int now = packets.getAsInt();
        lastAndGranted[1] += Math.min(mostAtOnce, now - lastAndGranted[0]);
        lastAndGranted[0] = now;
        return (int) (ratio * lastAndGranted[1]);
      };
    };
  }

  private static MoveReport move(
      ProcessorPace source,
      ProcessorPace destination,
      RationedGuest program,
      Rate rate,
      MoveOptions options)
      throws Exception {
    try (Crossing crossing = new Crossing(TestHost.model(source), TestHost.model(destination))) {
      WatchedCalls calls = crossing.source.calls;
      int command = SevCommand.SEND_UPDATE_DATA.id();
      try (Guest guest =
          program.launch(crossing.source, rate.ration(() -> calls.sevCommands(command)))) {
        MoveReport report =
            Guests.moved(crossing.move(guest, options, MoveListener.SILENT)).report();
        crossing.arrived().close();
        return report;
      }
    }
  }

  private static void assertSameRounds(Forecast forecast, MoveReport report) {
    assertThat(report.stopped()).isEqualTo(forecast.stopped());
    assertThat(report.rounds())
        .extracting(RoundReport::privatePackets)
        .isEqualTo(forecast.rounds().stream().map(RoundReport::privatePackets).toList());
  }

  /** What the processors take is promised: nothing in a real move can be faster than that. */
  private static void assertNoFaster(Forecast forecast, MoveReport report) {
    assertThat(report.total()).isGreaterThanOrEqualTo(forecast.total());
    assertPaced(report);
    report(forecast, report);
  }

  private static void assertPaced(MoveReport report) {
    for (RoundReport round : report.rounds()) {
      assertThat(round.millis()).isGreaterThanOrEqualTo(round.privatePackets() * MILLIS_A_PACKET);
    }
  }

  /** The guest sees its ration a moment late, and a page falls into this round or into the next. */
  private static void assertCloseRounds(Forecast forecast, MoveReport report) {
    List<RoundReport> foreseen = forecast.rounds();
    List<RoundReport> seen = report.rounds();
    assertThat(seen.size()).isBetween(foreseen.size() - 1, foreseen.size() + 2);
    for (int i = 0; i < 2; i++) {
      long dirty = foreseen.get(i).dirtyAfter();
      assertThat(seen.get(i).dirtyAfter()).isBetween(dirty * 3 / 4 - LATE, dirty * 5 / 4 + LATE);
    }
    long packets = foreseen.stream().mapToLong(RoundReport::privatePackets).sum();
    assertThat(report.privatePackets()).isBetween(packets * 7 / 8, packets * 9 / 8);
    assertPaced(report);
    report(forecast, report);
  }

  /** Nothing is asserted of how much longer a real move took, but whoever runs this can see it. */
  private static void report(Forecast forecast, MoveReport report) {
    System.out.println("forecast " + words(forecast.rounds(), forecast.total()));
    System.out.println("moved    " + words(report.rounds(), report.total()));
  }

  private static String words(List<RoundReport> rounds, Duration total) {
    return rounds.stream()
        .map(round ->
            "%d packets %.1f ms%s"
                .formatted(
                    round.privatePackets(),
                    round.millis(),
                    round.throttle() == 0 ? "" : " at -" + round.throttle() + " %"))
        .collect(Collectors.joining(", ", "", "; %.1f ms in all".formatted(total.toNanos() / 1e6)));
  }
}
