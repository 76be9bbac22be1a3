package dev.sealift.fleet.simulate;

import dev.sealift.migration.plan.Forecast;
import java.util.HashMap;
import java.util.Map;

/**
 * The rounds of a move with the running guest. They take as long as a plan says, and the plan
 * changes whenever another move begins or ends to share a link or a processor with this one.
 */
final class Transfer {

  /** Moves at each host, this one among them. */
  private record Shares(int atSource, int atDestination) {}

  /** What a plan says for such shares. */
  private record Pace(double runningMicros, long lastRoundMicros, double bytes) {}

  private final World world;
  private final SimulatedMove move;
  private final Runnable finished;
  private final Map<Shares, Pace> paces = new HashMap<>();
  private Pace pace;
  private double done;
  private long since;
  private long plans;
  private boolean goesOn;

  Transfer(World world, SimulatedMove move, Runnable finished) {
    this.world = world;
    this.move = move;
    this.finished = finished;
    this.pace = paceOf(new Shares(1, 1));
  }

  /** It begins, or goes on after a lost link. */
  void goOn() {
    if (goesOn) {
      return;
    }
    goesOn = true;
    since = world.events().now();
    move.source().transfers().add(this);
    move.destination().transfers().add(this);
    planAllAnew();
  }

  /** It stops, for now or for good. */
  void stop() {
    if (!goesOn) {
      return;
    }
    account();
    goesOn = false;
    plans++;
    move.source().transfers().remove(this);
    move.destination().transfers().remove(this);
    planAllAnew();
  }

  /** How long the last round takes. */
  long lastRoundMicros() {
    return pace.lastRoundMicros();
  }

  private void planAllAnew() {
    for (SimulatedHost host : new SimulatedHost[] {move.source(), move.destination()}) {
      double rate = 0;
      for (Transfer transfer : host.transfers()) {
        transfer.planAnew();
        rate += transfer.pace.bytes() / (transfer.pace.runningMicros() / 1e6);
      }
      world.statistics().linkShare(rate / host.record().linkBytesPerSecond());
    }
  }

  private void planAnew() {
    account();
    pace =
        paceOf(
            new Shares(
                Math.max(1, move.source().transfers().size()),
                Math.max(1, move.destination().transfers().size())));
    long plan = ++plans;
    world
        .events()
        .in(
            Math.round((1 - done) * pace.runningMicros()),
            () -> {
              if (goesOn && plan == plans) {
                account();
                finished.run();
              }
            });
  }

  private void account() {
    long now = world.events().now();
    if (goesOn && now > since) {
      double part = Math.min(1 - done, (now - since) / pace.runningMicros());
      done += part;
      world.statistics().sent(part * pace.bytes());
    }
    since = now;
  }

  private Pace paceOf(Shares shares) {
    return paces.computeIfAbsent(
        shares,
        these -> {
          Forecast forecast =
              world
                  .settings()
                  .prediction()
                  .of(
                      move.record().shape(),
                      move.source().record(),
                      move.destination().record(),
                      world.settings().policy(),
                      these.atSource(),
                      these.atDestination());
          double micros = forecast.total().minus(forecast.downtime().total()).toNanos() / 1e3;
          return new Pace(
              Math.max(1, micros),
              forecast.downtime().lastRound().toNanos() / 1000,
              forecast.bytes());
        });
  }
}
