package dev.sealift.fleet.registry;

import dev.sealift.fleet.FleetView;
import dev.sealift.fleet.Job;
import dev.sealift.fleet.MoveRecord;
import dev.sealift.fleet.Versioned;
import dev.sealift.fleet.plan.JobRules;
import dev.sealift.fleet.plan.Step;
import dev.sealift.fleet.registry.RegistryException.Kind;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Has the fleet's jobs done. Any number of these may run; one at a time is elected. It remembers
 * nothing: whatever it decides, it decides from what the registry holds, by {@link JobRules}, and
 * the next one would decide the same.
 *
 * <p>A job is written before its orders, at the version that was read. So one that has lost the
 * office without knowing is stopped by the first write, and one that dies in between leaves a job
 * that says what its orders were to be.
 */
public final class Coordinator implements AutoCloseable {
  /** Changes come in crowds: what comes within so short a time is answered by one look. */
  private static final Duration BREATH = Duration.ofMillis(50);

  private static final Duration PRUNED = Duration.ofMinutes(10);

  private final Registry registry;
  private final Leadership leadership;
  private final InstantSource clock;
  private final Consumer<String> log;
  private final Lookout lookout;

  private Instant pruned = Instant.EPOCH;
  private String complaint = "";
  private List<String> warned = List.of();

  private Coordinator(
      Registry registry, Leadership leadership, InstantSource clock, Consumer<String> log) {
    this.registry = registry;
    this.leadership = leadership;
    this.clock = clock;
    this.log = log;
    lookout = new Lookout("fleet-coordinator", BREATH, this::look);
  }

  /**
   * Stands for coordinator.
   *
   * @param name by which others see who coordinates
   * @param log takes sentences for whoever runs it
   */
  public static Coordinator start(
      Registry registry, String name, InstantSource clock, Consumer<String> log)
      throws RegistryException {
    var coordinator = new Coordinator(registry, registry.stand(name), clock, log);
    registry.onChange(coordinator.lookout::wake);
    coordinator.leadership.onChange(coordinator.lookout::wake);
    coordinator.lookout.start();
    return coordinator;
  }

  /** Whether this is the elected one, as far as is known here. */
  public boolean leads() {
    return leadership.leads();
  }

  private void look() {
    if (!leadership.leads()) {
      return;
    }
    try {
      coordinate();
      complaint = "";
    } catch (RegistryException e) {
      complain(e);
    }
  }

  private void complain(RegistryException e) {
    String words = String.valueOf(e.getMessage());
    // Somebody was faster: what there is now is looked at next.
    boolean usual = e.kind() == Kind.STALE || e.kind() == Kind.EXISTS;
    if (!usual && !words.equals(complaint)) {
      log.accept(words);
      complaint = words;
    }
  }

  private void warn(List<String> warnings) {
    if (!warnings.equals(warned)) {
      warnings.forEach(log);
      warned = warnings;
    }
  }

  private void coordinate() throws RegistryException {
    Instant now = clock.instant();
    // The jobs first: what their tasks say is never newer than the moves that are seen.
    var jobs = new TreeMap<>(registry.jobs());
    jobs.values().removeIf(job -> job.value().state() == Job.State.ENDED);
    if (!jobs.isEmpty()) {
      FleetSnapshot seen = registry.snapshot();
      warn(seen.warnings());
      FleetView view = seen.fleet();
      for (Versioned<Job> job : jobs.values()) {
        Step step = JobRules.step(view, job.value(), now);
        write(job, step, seen);
        view = step.after(view);
      }
    }
    if (pruned.plus(PRUNED).isBefore(now)) {
      pruned = now;
      registry.prune(now);
    }
  }

  private void write(Versioned<Job> job, Step step, FleetSnapshot seen) throws RegistryException {
    if (!step.next().equals(job.value())) {
      registry.replaceJob(step.next(), job.version());
    }
    for (MoveRecord order : step.orders()) {
      Integer version = seen.moveVersions().get(order.guest());
      if (version == null) {
        registry.createOrder(order);
      } else {
        registry.replaceOrder(order, version);
      }
    }
  }

  /** Leaves the office to another one; jobs stay as they are. */
  @Override
  public void close() {
    lookout.close();
    leadership.close();
  }
}
