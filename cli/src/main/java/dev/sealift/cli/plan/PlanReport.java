package dev.sealift.cli.plan;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.sealift.abi.Pages;
import dev.sealift.migration.MoveOptions;
import dev.sealift.migration.RoundReport;
import dev.sealift.migration.plan.Advice;
import dev.sealift.migration.plan.Bottleneck;
import dev.sealift.migration.plan.Forecast;
import dev.sealift.migration.plan.GuestModel;
import dev.sealift.migration.plan.GuestWrites;
import dev.sealift.migration.plan.LinkModel;
import dev.sealift.migration.plan.ProcessorModel;
import dev.sealift.migration.plan.Scenario;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A plan: the object that {@code --json} prints. Bytes a second are of 8 bits; megabytes are 10^6
 * bytes.
 *
 * @param stopped why the rounds with the running guest end: converged, round_limit or no_progress
 * @param meetsTarget whether the downtime is no longer than was asked for
 * @param bottleneck what holds the move up
 * @param microsPerPage what a page needs of everything that could hold the move up
 * @param advice what would have to be different; null where the target is met by a guest at full
 *     speed
 */
@JsonPropertyOrder({
  "guest",
  "link",
  "processors",
  "kernel",
  "options",
  "rounds",
  "totals",
  "downtime",
  "stopped",
  "meetsTarget",
  "bottleneck",
  "microsPerPage",
  "advice"
})
record PlanReport(
    Guest guest,
    Link link,
    Processors processors,
    Kernel kernel,
    Options options,
    List<Round> rounds,
    Totals totals,
    Downtime downtime,
    String stopped,
    boolean meetsTarget,
    String bottleneck,
    Map<String, Double> microsPerPage,
    @Nullable Help advice) {

  /** What is moved. */
  record Guest(
      long memoryBytes,
      long sharedBytes,
      double dirtyBytesPerSecond,
      long workingSetBytes,
      String writes) {

    static Guest of(GuestModel guest) {
      GuestWrites writes = guest.writes();
      return new Guest(
          guest.pages() * Pages.SIZE,
          guest.sharedPages() * Pages.SIZE,
          writes.pagesPerSecond() * Pages.SIZE,
          writes.workingSet() * Pages.SIZE,
          switch (writes) {
            case GuestWrites.Uniform uniform -> "uniform";
            case GuestWrites.Sweep sweep -> "sweep";
          });
    }
  }

  /**
   * The way between the hosts.
   *
   * @param bytesPerSecond what it carries for a program: less than the Ethernet is sold as
   */
  record Link(double bytesPerSecond, double roundTripMicros) {
    static Link of(LinkModel link) {
      return new Link(link.bytesPerSecond(), micros(link.roundTrip()));
    }
  }

  /**
   * Both Secure Processors.
   *
   * @param origin where the figures come from
   */
  record Processors(Processor source, Processor destination, String origin) {}

  /** A Secure Processor, of which both figures are given. */
  record Processor(double latencyMicros, long bytesPerSecond) {
    static Processor of(ProcessorModel processor) {
      return new Processor(micros(processor.latency()), processor.bytesPerSecond().orElseThrow());
    }
  }

  /** The kernels in front of them. */
  record Kernel(int pagesPerCall, double callMicros) {}

  /** How the guest is moved. */
  record Options(
      double downtimeTargetMillis,
      int mostThrottle,
      int maxRounds,
      int dataConnections,
      int batchPages,
      @Nullable Long bytesPerSecond) {

    static Options of(MoveOptions options) {
      return new Options(
          millis(options.downtimeTarget()),
          options.mostThrottle(),
          options.maxRounds(),
          options.dataConnections(),
          options.batchPages(),
          options.bytesPerSecond().isPresent() ? options.bytesPerSecond().getAsLong() : null);
    }
  }

  /** A round, as {@code sealift demo --json} tells of a real one. */
  record Round(
      long pages,
      long privatePackets,
      long sharedPages,
      long bytes,
      double millis,
      int throttle,
      long dirtyAfter) {

    static Round of(RoundReport round) {
      return new Round(
          round.pages(),
          round.privatePackets(),
          round.sharedPages(),
          round.bytes(),
          round.millis(),
          round.throttle(),
          round.dirtyAfter());
    }
  }

  /**
   * The whole move.
   *
   * @param millis from the first connection to the end
   * @param megabytesPerSecond of private memory, while the guest runs
   */
  record Totals(
      long privatePackets, long sharedPages, long bytes, double millis, double megabytesPerSecond) {

    static Totals of(Forecast forecast) {
      return new Totals(
          forecast.rounds().stream().mapToLong(RoundReport::privatePackets).sum(),
          forecast.rounds().stream().mapToLong(RoundReport::sharedPages).sum(),
          forecast.bytes(),
          PlanReport.millis(forecast.total()),
          forecast.bytesPerSecond() / 1e6);
    }
  }

  /** How long the guest does not run, and of which parts that is the sum. */
  record Downtime(double millis, Map<String, Double> parts) {
    static Downtime of(dev.sealift.migration.Downtime downtime) {
      Map<String, Double> parts = new LinkedHashMap<>();
      parts.put("pause", PlanReport.millis(downtime.pause()));
      parts.put("lastRound", PlanReport.millis(downtime.lastRound()));
      parts.put("state", PlanReport.millis(downtime.state()));
      parts.put("prepare", PlanReport.millis(downtime.prepare()));
      parts.put("finish", PlanReport.millis(downtime.finish()));
      parts.put("commit", PlanReport.millis(downtime.commit()));
      return new Downtime(PlanReport.millis(downtime.total()), parts);
    }
  }

  /**
   * What would have to be different for a move that meets its target without slowing the guest
   * down, all else being equal.
   *
   * @param dirtyBytesPerSecond the most that the guest might write; null where even an idle one
   *     stands still for too long
   * @param downtimeTargetMillis the least target that would do; null where none up to an hour would
   */
  record Help(@Nullable Double dirtyBytesPerSecond, @Nullable Double downtimeTargetMillis) {
    static Help of(Advice advice) {
      return new Help(
          advice.writesPerSecond().isPresent()
              ? advice.writesPerSecond().getAsDouble() * Pages.SIZE
              : null,
          advice.downtimeTarget().map(PlanReport::millis).orElse(null));
    }
  }

  /**
   * Plans a move.
   *
   * @param origin where the processors' figures come from
   */
  static PlanReport of(Scenario scenario, String origin) {
    Forecast forecast = Forecast.of(scenario);
    Map<String, Double> microsPerPage = new LinkedHashMap<>();
    for (Bottleneck what : Bottleneck.values()) {
      Double micros = forecast.microsPerPage().get(what);
      if (micros != null) {
        microsPerPage.put(word(what), micros);
      }
    }
    return new PlanReport(
        Guest.of(scenario.guest()),
        Link.of(scenario.link()),
        new Processors(
            Processor.of(scenario.source()), Processor.of(scenario.destination()), origin),
        new Kernel(scenario.kernel().pagesPerCall(), micros(scenario.kernel().perCall())),
        Options.of(scenario.options()),
        forecast.rounds().stream().map(Round::of).toList(),
        Totals.of(forecast),
        Downtime.of(forecast.downtime()),
        word(forecast.stopped()),
        forecast.meetsTarget(),
        word(forecast.bottleneck()),
        microsPerPage,
        Advice.on(scenario).map(Help::of).orElse(null));
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static double millis(Duration duration) {
    return duration.toMillis() + duration.toNanosPart() % 1_000_000 / 1e6;
  }

  private static double micros(Duration duration) {
    return duration.toNanos() / 1e3;
  }
}
