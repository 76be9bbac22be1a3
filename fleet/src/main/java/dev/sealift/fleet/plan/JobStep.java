package dev.sealift.fleet.plan;

import dev.sealift.fleet.FleetView;
import dev.sealift.fleet.GuestRecord;
import dev.sealift.fleet.Job;
import dev.sealift.fleet.JobTask;
import dev.sealift.fleet.JobTask.State;
import dev.sealift.fleet.MoveRecord;
import dev.sealift.fleet.Versioned;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** One step of a job under way: first what has become of its guests, then new orders. */
final class JobStep {

  /** So long a guest waits after its first attempt, and twice as long after each further one. */
  private static final long FIRST_PAUSE_MILLIS = 5_000;

  private static final int MOST_DOUBLINGS = 6;

  private final FleetView view;
  private final Job job;
  private final long now;
  private final Planner planner;
  private final List<MoveRecord> orders = new ArrayList<>();

  /** Moves of this job whose sources are there. */
  private int underWay;

  private boolean allOrdered;

  JobStep(FleetView view, Job job, long now) {
    this.view = view;
    this.job = job;
    this.now = now;
    this.planner = new Planner(view, job.policy(), emptied(job));
  }

  private static Set<String> emptied(Job job) {
    Set<String> hosts = new HashSet<>();
    if (job.kind() == Job.Kind.EVACUATE) {
      job.tasks().forEach(task -> hosts.add(task.from()));
    }
    return hosts;
  }

  Step take() {
    List<JobTask> tasks = new ArrayList<>(job.tasks().size());
    for (JobTask task : job.tasks()) {
      tasks.add(settled(task));
    }
    beginAll(tasks);
    // Only now is it known what is under way: a guest that found no host is judged by that.
    allOrdered = true;
    beginAll(tasks);
    boolean ended = tasks.stream().allMatch(JobTask::ended);
    Job.State state = ended ? Job.State.ENDED : job.state();
    return new Step(
        new Job(job.id(), job.kind(), job.subject(), job.policy(), state, tasks), orders);
  }

  private void beginAll(List<JobTask> tasks) {
    tasks.replaceAll(task -> task.state() == State.WAITING ? begun(task) : task);
  }

  private boolean isCancelling() {
    return job.state() == Job.State.CANCELLING;
  }

  /** What the fleet says of a guest; the guest's owner comes first. */
  private JobTask settled(JobTask task) {
    if (task.ended()) {
      return task;
    }
    Versioned<GuestRecord> found = view.guests().get(task.guest());
    if (found == null) {
      return with(task, State.CANCELLED, "it is gone: it was stopped, or forgotten");
    }
    GuestRecord guest = found.value();
    if (!guest.owner().equals(task.from())) {
      return elsewhere(task, guest.owner());
    }
    MoveRecord move = view.moves().get(task.guest());
    if (move != null && isOf(task, move)) {
      return answered(moving(task, move.attempt(), move.destination(), absence(move)), move);
    }
    if (task.state() != State.MOVING) {
      return task;
    }
    return move != null && FleetBooks.isUnderWay(move, guest)
        ? with(task, State.WAITING, "another job moves it: " + move.job())
        : ordered(task, guest);
  }

  /**
   * Whether an order is the one that counts for a guest of this job: also where whoever wrote it
   * died before it had written the job.
   */
  private boolean isOf(JobTask task, MoveRecord move) {
    if (!move.job().equals(job.id())) {
      return false;
    }
    return (task.state() == State.MOVING || !move.ended())
        ? move.attempt() >= task.attempts()
        : move.attempt() > task.attempts();
  }

  private JobTask elsewhere(JobTask task, String owner) {
    boolean asAsked = job.kind() == Job.Kind.EVACUATE || owner.equals(task.to());
    return new JobTask(
        task.guest(),
        task.from(),
        asAsked ? owner : task.to(),
        asAsked ? State.MOVED : State.FAILED,
        task.attempts(),
        asAsked ? "" : "it went to " + owner + ", which this job did not ask for");
  }

  private JobTask answered(JobTask task, MoveRecord move) {
    return switch (move.state()) {
      case DONE -> with(task, State.MOVED, "");
      case FAILED -> failed(task, move.reason());
      case ORDERED, MOVING -> {
        if (isCancelling() && !move.cancel()) {
          orders.add(move.calledOff());
        }
        yield counted(task);
      }
    };
  }

  private JobTask counted(JobTask task) {
    if (view.hosts().containsKey(task.from())) {
      underWay++;
    }
    return task;
  }

  /** Whoever wrote that it is under way died before the order was written. */
  private JobTask ordered(JobTask task, GuestRecord guest) {
    MoveRecord order = order(task);
    // An order that is called off before it is seen: it may still be written by somebody slow.
    orders.add(isCancelling() ? order.calledOff() : order);
    planner.books().promise(guest, task.to());
    return counted(with(task, State.MOVING, absence(order)));
  }

  private JobTask failed(JobTask task, String reason) {
    if (isCancelling()) {
      return with(task, State.CANCELLED, reason);
    }
    return task.attempts() >= job.policy().attempts()
        ? with(task, State.FAILED, reason)
        : later(task, task.attempts(), reason, pause(task.attempts()));
  }

  private static long pause(int attempts) {
    return FIRST_PAUSE_MILLIS << Math.min(Math.max(attempts, 1) - 1, MOST_DOUBLINGS);
  }

  private JobTask begun(JobTask task) {
    if (isCancelling()) {
      return with(task, State.CANCELLED, "the job was cancelled");
    }
    Versioned<GuestRecord> found = view.guests().get(task.guest());
    if (found == null) {
      throw new IllegalStateException(task.guest() + " is gone, and waits");
    }
    GuestRecord guest = found.value();
    MoveRecord move = view.moves().get(task.guest());
    if (move != null && FleetBooks.isUnderWay(move, guest)) {
      return with(task, State.WAITING, "another job moves it: " + move.job());
    }
    if (!view.hosts().containsKey(task.from())) {
      return with(task, State.WAITING, "its host " + task.from() + " is not there");
    }
    if (now < task.notBeforeMillis()) {
      return task;
    }
    if (underWay >= job.policy().parallel() || !planner.maySend(task.from())) {
      return itsTurnComes(task);
    }
    return switch (choice(task, guest)) {
      case Choice.To(String host) -> sent(task, guest, host);
      case Choice.Nowhere nowhere -> allOrdered ? nowhere(task, nowhere) : task;
    };
  }

  private Choice choice(JobTask task, GuestRecord guest) {
    return job.kind() == Job.Kind.EVACUATE
        ? planner.choose(guest, task.attempts() > 0 ? task.to() : "")
        : planner.check(guest, task.to());
  }

  private JobTask sent(JobTask task, GuestRecord guest, String host) {
    JobTask moving = moving(task, task.attempts() + 1, host, "");
    orders.add(order(moving));
    planner.books().promise(guest, host);
    underWay++;
    return moving;
  }

  private JobTask nowhere(JobTask task, Choice.Nowhere nowhere) {
    if (nowhere.isMatterOfTime()) {
      return itsTurnComes(task);
    }
    boolean never =
        nowhere.refusals().stream().anyMatch(refusal -> refusal.obstacle() == Obstacle.NOSEND);
    if (never) {
      return with(task, State.FAILED, nowhere.refusals().getFirst().reason());
    }
    if (planner.books().moves() > 0) {
      // A move that ends may make room.
      return later(task, task.attempts(), nowhere.sentence(), FIRST_PAUSE_MILLIS);
    }
    int attempts = task.attempts() + 1;
    return attempts >= job.policy().attempts()
        ? new JobTask(
            task.guest(), task.from(), task.to(), State.FAILED, attempts, nowhere.sentence())
        : later(task, attempts, nowhere.sentence(), pause(attempts));
  }

  /** The reason of an attempt before is left for people to see. */
  private static JobTask itsTurnComes(JobTask task) {
    return task.attempts() > 0 ? task : with(task, State.WAITING, "");
  }

  private MoveRecord order(JobTask task) {
    return new MoveRecord(
        task.guest(),
        job.id(),
        task.attempts(),
        task.from(),
        task.to(),
        job.policy().bytesPerSecond(),
        job.policy().downtimeMillis(),
        MoveRecord.State.ORDERED,
        false,
        null,
        null,
        "");
  }

  private String absence(MoveRecord move) {
    if (!view.hosts().containsKey(move.source())) {
      return move.source() + " is not there, and only it can say what became of the move";
    }
    return view.hosts().containsKey(move.destination())
        ? ""
        : move.destination()
            + " is not there; "
            + move.source()
            + " will say what became of the move";
  }

  private static JobTask moving(JobTask task, int attempts, String to, String reason) {
    return new JobTask(task.guest(), task.from(), to, State.MOVING, attempts, reason);
  }

  private static JobTask with(JobTask task, State state, String reason) {
    return new JobTask(
        task.guest(),
        task.from(),
        task.to(),
        state,
        task.attempts(),
        reason,
        state == State.WAITING ? task.notBeforeMillis() : 0);
  }

  private JobTask later(JobTask task, int attempts, String reason, long pauseMillis) {
    return new JobTask(
        task.guest(), task.from(), task.to(), State.WAITING, attempts, reason, now + pauseMillis);
  }
}
