package dev.sealift.fleet.simulate;

import dev.sealift.fleet.Job;
import dev.sealift.fleet.JobTask;
import dev.sealift.fleet.MoveRecord;
import dev.sealift.fleet.plan.JobRules;
import dev.sealift.fleet.plan.Step;
import java.time.Instant;
import java.util.List;

/**
 * Whoever leads the fleet just now. It has no memory but the registry, so that one object stands
 * for all of them, one after the other.
 */
final class SimulatedCoordinator {
  /** It looks so often; a real one also hears of changes. */
  private static final long LOOKS = 5 * EventQueue.SECOND;

  /** Guests that wait for a while are looked at again though nothing has changed. */
  private static final int IDLE_LOOKS = 2;

  private static final long HEARD = 10_000;

  private final World world;
  private Job job;
  private long seen = -1;
  private int idle;
  private boolean leads = true;
  private boolean diesWhileWriting;

  SimulatedCoordinator(World world, Job job) {
    this.world = world;
    this.job = job;
  }

  Job job() {
    return job;
  }

  void begin() {
    look();
  }

  /** It dies in its next step, between what it writes; another one leads a while after. */
  void dieWhileWriting() {
    diesWhileWriting = true;
  }

  /** It dies at once. */
  void die() {
    leads = false;
    world
        .events()
        .in(
            world.between(5 * EventQueue.SECOND, 20 * EventQueue.SECOND),
            () -> {
              leads = true;
              seen = -1;
            });
  }

  private void look() {
    boolean due = seen != world.registry().changes() || ++idle >= IDLE_LOOKS;
    if (leads && due && !world.registry().isDown()) {
      idle = 0;
      seen = world.registry().changes();
      step();
    }
    if (job.state() != Job.State.ENDED) {
      world.events().in(LOOKS, this::look);
    }
  }

  private void step() {
    Instant now = Instant.EPOCH.plusMillis(world.events().now() / 1000);
    Step step = JobRules.step(world.registry().view(), job, now);
    if (diesWhileWriting && !step.orders().isEmpty()) {
      diesWhileWriting = false;
      writeHalf(step);
      die();
    } else {
      job = step.next();
      write(step.orders());
    }
    sample();
  }

  private void writeHalf(Step step) {
    if (world.random().nextBoolean()) {
      job = step.next();
    }
    write(step.orders().subList(0, world.random().nextInt(step.orders().size() + 1)));
  }

  private void write(List<MoveRecord> orders) {
    for (MoveRecord order : orders) {
      world.registry().write(order);
      SimulatedHost source = world.host(order.source());
      world.events().in(HEARD, () -> source.look(order.guest()));
    }
  }

  private void sample() {
    int waiting = 0;
    int moving = 0;
    for (JobTask task : job.tasks()) {
      switch (task.state()) {
        case WAITING -> waiting++;
        case MOVING -> moving++;
        case MOVED, FAILED, CANCELLED -> {}
      }
    }
    world.statistics().step(new Statistics.Sample(world.events().now(), waiting, moving));
  }
}
