package dev.sealift.cli.fleet;

import dev.sealift.cli.Failure;
import dev.sealift.cli.run.PassedOnSignals;
import dev.sealift.cli.view.FleetHost;
import dev.sealift.cli.view.FleetJob;
import dev.sealift.cli.view.FleetJobStory;
import dev.sealift.cli.view.FleetStatus;
import dev.sealift.fleet.FleetView;
import dev.sealift.fleet.GuestRecord;
import dev.sealift.fleet.Job;
import dev.sealift.fleet.JobTask;
import dev.sealift.fleet.Versioned;
import dev.sealift.fleet.registry.Registry;
import dev.sealift.fleet.registry.RegistryException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Shows a job until it ends, or until whoever asked for it does not want to wait: the job goes on
 * without it. A registry that is away for a while is waited for.
 */
final class JobFollower {
  private static final Duration LOOK = Duration.ofMillis(500);

  private final Registry registry;
  private final String address;
  private final JobTicker ticker;
  private final Map<String, String> policy;
  private final Map<String, Long> memory = new HashMap<>();
  private final List<FleetHost> before;
  private final Instant began = Instant.now();
  private final JobDiary diary = new JobDiary(began);
  private FleetJob last;
  private Instant seen = began;
  private volatile int signal;

  /** Looks at the fleet as it is before anything has moved. */
  JobFollower(Registry registry, String address, Job job, JobTicker ticker)
      throws RegistryException {
    this.registry = registry;
    this.address = address;
    this.ticker = ticker;
    FleetView view = registry.view();
    last = FleetStatuses.job(view, job);
    policy = PolicyWords.of(job.policy());
    for (JobTask task : job.tasks()) {
      Versioned<GuestRecord> guest = view.guests().get(task.guest());
      if (guest != null) {
        memory.put(task.guest(), guest.value().shape().memoryBytes());
      }
    }
    before = FleetStatuses.of(registry, address).hosts();
  }

  /** To the end of the job, or to a signal. */
  void follow() throws RegistryException, Failure, InterruptedException {
    Thread follower = Thread.currentThread();
    try (PassedOnSignals _ = PassedOnSignals.all(number -> leave(number, follower))) {
      String complaint = "";
      while (signal == 0) {
        try {
          look();
          complaint = "";
          if (last.ended()) {
            return;
          }
        } catch (RegistryException away) {
          if (away.kind() != RegistryException.Kind.UNREACHABLE) {
            throw away;
          }
          if (signal == 0 && !complaint.equals(Failure.sentence(away))) {
            complaint = Failure.sentence(away);
            ticker.say(complaint);
          }
        }
        Thread.sleep(LOOK);
      }
    } catch (InterruptedException left) {
      if (signal == 0) {
        throw left;
      }
    } finally {
      ticker.end();
      if (signal != 0) {
        // Whatever is still to be asked is not to be told of the signal again.
        Thread.interrupted();
      }
    }
  }

  private void look() throws RegistryException, Failure {
    Job job =
        registry
            .job(last.id())
            .orElseThrow(() ->
                new Failure("The job %s is not in the registry any more.".formatted(last.id())))
            .value();
    last = FleetStatuses.job(registry.view(), job);
    seen = Instant.now();
    diary.look(seen, last);
    ticker.show(last);
  }

  private void leave(int number, Thread follower) {
    signal = number;
    follower.interrupt();
  }

  /** The signal by which the user left; 0 where the job was followed to its end. */
  int signal() {
    return signal;
  }

  /** The job as it was last seen. */
  FleetJob job() {
    return last;
  }

  /** What became of it so far. */
  FleetJobStory story() {
    List<FleetHost> after;
    try {
      FleetStatus now = FleetStatuses.of(registry, address);
      after = now.hosts();
    } catch (RegistryException away) {
      after = List.of();
    }
    return new FleetJobStory(
        address, policy, last, began, seen, before, after, memory, diary.attempts());
  }
}
