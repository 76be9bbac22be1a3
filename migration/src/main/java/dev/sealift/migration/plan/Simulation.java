package dev.sealift.migration.plan;

import dev.sealift.migration.Convergence;
import dev.sealift.migration.Downtime;
import dev.sealift.migration.MoveOptions;
import dev.sealift.migration.RoundReport;
import dev.sealift.migration.StopReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A move on a clock that nobody waits for; one object a run. */
final class Simulation {

  /**
   * TCP and TLS of the control connection, HELLO, GUEST; then a data connection after the other.
   */
  private static final int ROUND_TRIPS_BEFORE_CONNECTIONS = 4;

  private final Scenario scenario;
  private final Pipeline pipeline;
  private final List<RoundReport> rounds = new ArrayList<>();

  Simulation(Scenario scenario) {
    this.scenario = scenario;
    this.pipeline = new Pipeline(scenario);
  }

  Forecast run() {
    Map<Bottleneck, Double> microsPerPage = new EnumMap<>(Bottleneck.class);
    pipeline.secondsAPage().forEach((what, seconds) -> microsPerPage.put(what, seconds * 1e6));
    StopReason stop = sendWhileRunning();
    double millis = rounds.stream().mapToDouble(RoundReport::millis).sum();
    pipeline.liftLimit();
    Downtime downtime = handOver(rounds.getLast().dirtyAfter());
    return new Forecast(
        rounds,
        stop,
        downtime,
        setUp().plus(duration(millis / 1e3)).plus(downtime.total()),
        scenario.options().downtimeTarget(),
        microsPerPage);
  }

  /** Rounds until the guest is to be paused, decided as in a real move. */
  private StopReason sendWhileRunning() {
    MoveOptions options = scenario.options();
    var convergence =
        new Convergence(options.downtimeTarget(), options.maxRounds(), options.mostThrottle());
    long privatePages = scenario.guest().privatePages();
    long sharedPages = scenario.guest().sharedPages();
    @Nullable StopReason stop = null;
    while (stop == null) {
      RoundReport round = sendRunning(privatePages, sharedPages, convergence.throttle());
      stop = convergence.afterRound(round.pages(), round.millis(), round.dirtyAfter());
      privatePages = round.dirtyAfter();
      sharedPages = 0;
    }
    return stop;
  }

  private RoundReport sendRunning(long privatePages, long sharedPages, int throttle) {
    double seconds = pipeline.seconds(privatePages, sharedPages);
    GuestWrites writes = scenario.guest().writes().times(1 - throttle / 100.0);
    return send(privatePages, sharedPages, seconds, throttle, Math.round(writes.pagesIn(seconds)));
  }

  private RoundReport send(
      long privatePages, long sharedPages, double seconds, int throttle, long dirtyAfter) {
    var round =
        new RoundReport(
            rounds.size(),
            privatePages + sharedPages,
            privatePages,
            sharedPages,
            Math.round(pipeline.bytes(privatePages, sharedPages)),
            seconds * 1e3,
            throttle,
            dirtyAfter);
    rounds.add(round);
    return round;
  }

  private Duration setUp() {
    int roundTrips = ROUND_TRIPS_BEFORE_CONNECTIONS + scenario.options().dataConnections();
    return scenario.link().roundTrip().multipliedBy(roundTrips);
  }

  /** The last round and what follows: PREPARE, SEND_FINISH, then COMMIT and RECEIVE_FINISH. */
  private Downtime handOver(long left) {
    double seconds = pipeline.seconds(left, 0);
    send(left, 0, seconds, 0, 0);
    Duration roundTrip = scenario.link().roundTrip();
    return new Downtime(
        Duration.ZERO,
        duration(seconds),
        Duration.ZERO,
        roundTrip,
        scenario.source().latency(),
        roundTrip.plus(scenario.destination().latency()));
  }

  private static Duration duration(double seconds) {
    return Duration.ofNanos(Math.round(seconds * 1e9));
  }
}
