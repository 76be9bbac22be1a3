package dev.sealift.fleet.simulate;

import dev.sealift.fleet.Job;
import dev.sealift.fleet.JobTask;
import dev.sealift.fleet.plan.NewJobs;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A rack is emptied while things break; the same settings always lead to the same report. */
public final class FleetSimulation {
  private static final int SAMPLES = 60;

  /** Whatever has begun by the end of the job comes to rest within this. */
  private static final long REST = 1200 * EventQueue.SECOND;

  /** Nothing takes longer: then something waits for what will not come. */
  private static final long LONGEST = 30L * 24 * 3600 * EventQueue.SECOND;

  private final World world;
  private final FleetMaker maker;
  private final SimulatedCoordinator coordinator;

  private FleetSimulation(SimulationSettings settings) {
    world = new World(settings);
    maker = new FleetMaker(world);
    maker.make();
    Job job =
        NewJobs.evacuation(
            "rack-r0",
            world.registry().view(),
            maker.rack(),
            settings.policy(),
            settings.prediction());
    coordinator = new SimulatedCoordinator(world, job);
  }

  /**
   * Runs it to its end.
   *
   * @throws IllegalStateException if the job does not end
   */
  public static SimulationReport run(SimulationSettings settings) {
    return new FleetSimulation(settings).run();
  }

  private SimulationReport run() {
    var mishaps = new Mishaps(world, coordinator);
    mishaps.begin();
    coordinator.begin();
    while (coordinator.job().state() != Job.State.ENDED) {
      if (!world.events().next() || world.events().now() > LONGEST) {
        throw new IllegalStateException(
            "the job of seed %d does not end".formatted(world.settings().seed()));
      }
      world.audit().afterEvent();
    }
    long ended = world.events().now();
    double bytes = world.statistics().bytes();
    mishaps.end();
    while (world.events().now() < ended + REST && world.events().next()) {
      world.audit().afterEvent();
    }
    return report(ended, bytes, world.audit().atTheEnd());
  }

  private SimulationReport report(long ended, double bytes, Audit.Loss loss) {
    SimulationSettings settings = world.settings();
    Statistics statistics = world.statistics();
    List<JobTask> tasks = coordinator.job().tasks();
    double seconds = ended / 1e6;
    double link = world.hosts().firstEntry().getValue().record().linkBytesPerSecond();
    List<Long> downtimes = statistics.downtimes();
    return new SimulationReport(
        settings.hosts(),
        settings.guests(),
        settings.rackSize(),
        settings.seed(),
        tasks.size(),
        seconds,
        states(tasks),
        reasons(tasks),
        statistics.begun(),
        statistics.failed(),
        faults(statistics.faults()),
        statistics.inTheHandOver(),
        bytes,
        seconds == 0 ? 0 : bytes / (seconds * link * settings.rackSize()),
        statistics.peakLinkShare(),
        statistics.samples().stream().mapToInt(Statistics.Sample::waiting).max().orElse(0),
        progress(statistics.samples(), ended),
        millis(downtimes, 0.5),
        millis(downtimes, 0.99),
        millis(downtimes, 1),
        statistics.steps(),
        world.events().events(),
        world.audit().checks(),
        loss.running(),
        loss.withTheirHosts(),
        world.audit().found(),
        world.audit().violations());
  }

  private static Map<String, Integer> states(List<JobTask> tasks) {
    Map<String, Integer> states = new TreeMap<>();
    tasks.forEach(
        task -> states.merge(task.state().name().toLowerCase(Locale.ROOT), 1, Integer::sum));
    return states;
  }

  private static Map<String, Integer> reasons(List<JobTask> tasks) {
    Map<String, Integer> reasons = new TreeMap<>();
    tasks.stream()
        .filter(task -> task.state() != JobTask.State.MOVED)
        .forEach(task -> reasons.merge(task.reason(), 1, Integer::sum));
    return reasons;
  }

  private static Map<String, Integer> faults(Map<Fault, Integer> faults) {
    Map<String, Integer> words = new TreeMap<>();
    faults.forEach((fault, times) -> words.put(fault.word(), times));
    return words;
  }

  /** What was true at so many moments: the last sample before each. */
  private static List<SimulationReport.Progress> progress(
      List<Statistics.Sample> samples, long ended) {
    List<SimulationReport.Progress> progress = new ArrayList<>();
    int at = 0;
    for (int i = 0; i < SAMPLES && !samples.isEmpty(); i++) {
      long moment = ended / (SAMPLES - 1) * i;
      while (at + 1 < samples.size() && samples.get(at + 1).atMicros() <= moment) {
        at++;
      }
      Statistics.Sample sample = samples.get(i == SAMPLES - 1 ? samples.size() - 1 : at);
      progress.add(new SimulationReport.Progress(moment / 1e6, sample.waiting(), sample.moving()));
    }
    return progress;
  }

  /** The least time that so large a part of them did not exceed. */
  private static double millis(List<Long> sorted, double part) {
    if (sorted.isEmpty()) {
      return 0;
    }
    int index = (int) Math.ceil(part * sorted.size()) - 1;
    return sorted.get(Math.max(0, index)) / 1e3;
  }
}
