package dev.sealift.migration.plan;

import dev.sealift.abi.Pages;
import dev.sealift.migration.Downtime;
import dev.sealift.migration.RoundReport;
import dev.sealift.migration.StopReason;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * What a move would be like.
 *
 * @param rounds the rounds, in order; the last one with the guest paused
 * @param stopped why the rounds with the running guest ended
 * @param downtime how long the guest would run nowhere; the pause itself takes no time here
 * @param total from the first connection to the end
 * @param downtimeTarget what was asked for
 * @param microsPerPage what a page needs of everything that could hold the move up, while the guest
 *     runs
 */
public record Forecast(
    List<RoundReport> rounds,
    StopReason stopped,
    Downtime downtime,
    Duration total,
    Duration downtimeTarget,
    Map<Bottleneck, Double> microsPerPage) {
  public Forecast {
    rounds = List.copyOf(rounds);
    microsPerPage = Map.copyOf(microsPerPage);
  }

  /** Simulates a move. The time that this takes grows with the number of rounds alone. */
  public static Forecast of(Scenario scenario) {
    return new Simulation(scenario).run();
  }

  /** Whether the guest would stand still no longer than was asked for. */
  public boolean meetsTarget() {
    return downtime.total().compareTo(downtimeTarget) <= 0;
  }

  /** Percent of the time that the guest would be kept standing in the worst of the rounds. */
  public int throttle() {
    return rounds.stream().mapToInt(RoundReport::throttle).max().orElse(0);
  }

  /** Whether the target would be met by a guest that runs at full speed until it is paused. */
  public boolean isSmooth() {
    return meetsTarget() && throttle() == 0;
  }

  /** What holds the move up while the guest runs. */
  public Bottleneck bottleneck() {
    return slowest().getKey();
  }

  /** Bytes of private memory a second that go over while the guest runs. */
  public double bytesPerSecond() {
    return Pages.SIZE * 1e6 / slowest().getValue();
  }

  /** Of several that are as slow, the one that a page comes to first. */
  private Map.Entry<Bottleneck, Double> slowest() {
    return microsPerPage.entrySet().stream()
        .max(
            Map.Entry.<Bottleneck, Double>comparingByValue()
                .thenComparing(Map.Entry.comparingByKey(Comparator.reverseOrder())))
        .orElseThrow();
  }

  /** What the source would put on the wire, but for what TLS adds. */
  public long bytes() {
    return rounds.stream().mapToLong(RoundReport::bytes).sum();
  }
}
