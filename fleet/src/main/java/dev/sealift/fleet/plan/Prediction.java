package dev.sealift.fleet.plan;

import dev.sealift.abi.Pages;
import dev.sealift.fleet.GuestShape;
import dev.sealift.fleet.HostRecord;
import dev.sealift.fleet.JobPolicy;
import dev.sealift.migration.MoveOptions;
import dev.sealift.migration.plan.Forecast;
import dev.sealift.migration.plan.GuestModel;
import dev.sealift.migration.plan.GuestWrites;
import dev.sealift.migration.plan.KernelModel;
import dev.sealift.migration.plan.LinkModel;
import dev.sealift.migration.plan.ProcessorModel;
import dev.sealift.migration.plan.Scenario;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * How long moves take, by the plan of a single move. Hosts do not say how fast their Secure
 * Processors are, so that one figure stands for all of them.
 *
 * @param processor of every host
 */
public record Prediction(ProcessorModel processor) {

  /** 100 us a command and 200 MB a second: a guess, for nobody publishes how fast they are. */
  public static final Prediction ASSUMED =
      new Prediction(new ProcessorModel(Duration.ofNanos(100_000), OptionalLong.of(200_000_000)));

  private static final Duration ROUND_TRIP = Duration.ofNanos(200_000);
  private static final KernelModel KERNEL = new KernelModel(Duration.ofNanos(2_000), 1);

  /**
   * A guest that writes to nearly all of its working set in a second is not told from one that
   * writes to all of it.
   */
  private static final double MOST_OF_WORKING_SET = 0.999;

  /**
   * What a move would be like.
   *
   * @param atSource moves that share the source's link and processor, this one among them; 1 or
   *     more
   * @param atDestination those that share the destination's
   */
  public Forecast of(
      GuestShape shape,
      HostRecord source,
      HostRecord destination,
      JobPolicy policy,
      int atSource,
      int atDestination) {
    double bytesPerSecond =
        Math.min(
            (double) source.linkBytesPerSecond() / atSource,
            (double) destination.linkBytesPerSecond() / atDestination);
    return Forecast.of(
        new Scenario(
            guest(shape),
            shared(atSource),
            shared(atDestination),
            KERNEL,
            LinkModel.ethernet(Math.max(1, (long) bytesPerSecond), ROUND_TRIP),
            options(policy)));
  }

  /** What a move would be like to another host like the source, if no other move were under way. */
  Forecast alone(GuestShape shape, HostRecord source, JobPolicy policy) {
    return of(shape, source, source, policy, 1, 1);
  }

  /** A processor does one command at a time: each of several moves waits for the others. */
  private ProcessorModel shared(int moves) {
    return moves == 1
        ? processor
        : new ProcessorModel(
            processor.latency().multipliedBy(moves),
            processor.bytesPerSecond().isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(Math.max(1, processor.bytesPerSecond().getAsLong() / moves)));
  }

  private static GuestModel guest(GuestShape shape) {
    long pages = Math.max(1, shape.memoryBytes() / Pages.SIZE);
    long working = Math.clamp(shape.workingSetPages(), 0, pages);
    return GuestModel.of(
        pages, new GuestWrites.Uniform(writes(shape.dirtyPagesPerSecond(), working), working));
  }

  /** Writes a second that dirty so many distinct pages in a second: some are met twice. */
  private static double writes(double distinct, long working) {
    if (working == 0 || !(distinct > 0)) {
      return 0;
    }
    double share = Math.min(distinct / working, MOST_OF_WORKING_SET);
    return -working * StrictMath.log1p(-share);
  }

  private static MoveOptions options(JobPolicy policy) {
    MoveOptions options =
        MoveOptions.DEFAULT.withDowntimeTarget(Duration.ofMillis(policy.downtimeMillis()));
    return policy.bytesPerSecond() == 0
        ? options
        : options.withBytesPerSecond(policy.bytesPerSecond());
  }
}
