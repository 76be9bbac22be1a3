package dev.sealift.cli.host;

import dev.sealift.cli.Failure;
import dev.sealift.cli.control.Proof;
import dev.sealift.cli.view.GuestView;
import dev.sealift.crypto.GuestPolicy;
import dev.sealift.migration.handover.SourceStep;
import dev.sealift.vmm.Guest;
import dev.sealift.vmm.GuestConfiguration;
import dev.sealift.vmm.Vcpu;
import dev.sealift.vmm.VmmException;
import dev.sealift.vmm.guest.IdleGuest;
import dev.sealift.vmm.guest.MemoryProof;
import dev.sealift.vmm.guest.PseudoRandomWriter;
import dev.sealift.vmm.guest.Replay;
import dev.sealift.vmm.guest.StepCounter;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A guest of a host: one that is at home, one that is coming, or one that is leaving. Whoever does
 * something with it that takes a while claims it, and everybody else is refused meanwhile.
 * Thread-safe.
 */
final class HostedGuest {
  /** A replay that is behind by less is made to catch up while the guest stands still. */
  private static final long NEAR = 64L * PseudoRandomWriter.STEPS_PER_BATCH;

  private final Guest guest;
  private final Workload workload;
  private final Instant since;
  private @Nullable String cameFrom;
  private @Nullable StepCounter steps;
  private @Nullable String claimedFor;
  private @Nullable String move;
  private @Nullable SourceStep leaving;
  private boolean coming;
  private boolean fenced;
  private String group = "";

  private HostedGuest(Guest guest, Workload workload, Instant since, @Nullable String comingWith) {
    this.guest = guest;
    this.workload = workload;
    this.since = since;
    this.move = comingWith;
    this.coming = comingWith != null;
    attach();
  }

  /** A guest that was launched here or taken up again. */
  static HostedGuest atHome(Guest guest, Workload workload, Instant since) {
    return new HostedGuest(guest, workload, since, null);
  }

  /** A guest that is coming with a move. */
  static HostedGuest coming(Guest guest, Workload workload, String move) {
    HostedGuest coming = new HostedGuest(guest, workload, Instant.now(), move);
    coming.claimedFor = "is coming with the move " + move;
    return coming;
  }

  /** What its program talks to, before it runs. */
  private void attach() {
    switch (workload) {
      case Workload.Writer _ -> steps = StepCounter.attach(guest.machine());
      case Workload.Idle _ -> IdleGuest.rest(guest.machine());
    }
  }

  Guest guest() {
    return guest;
  }

  String name() {
    return guest.configuration().name();
  }

  /** It has arrived, and is at home. */
  synchronized void arrived(@Nullable String from) {
    coming = false;
    claimedFor = null;
    move = null;
    cameFrom = from;
  }

  /** The move that it is leaving with has taken a step. */
  synchronized void leaving(String with, SourceStep step) {
    move = with;
    leaving = step;
  }

  /** It was leaving when its host was killed: nobody else has it before that is settled. */
  synchronized void recovering(String with) {
    claimedFor = "was leaving when this host ended, and that is being settled";
    move = with;
    leaving = SourceStep.PAUSED;
  }

  /** It did not leave. */
  synchronized void stayed() {
    move = null;
    leaving = null;
    claimedFor = null;
  }

  /**
   * Has it for oneself.
   *
   * @param what is done with it, as the end of "the guest ..."
   * @throws Failure if somebody else has it
   */
  synchronized void claim(String what) throws Failure {
    if (fenced) {
      throw new Failure(
          "The guest %s stands still here, for it is another host's in the fleet: end what is here of it with sealift guest stop %s."
              .formatted(name(), name()));
    }
    if (claimedFor != null) {
      throw new Failure(
          "The guest %s %s: wait until that is over, or call it off."
              .formatted(name(), claimedFor));
    }
    claimedFor = what;
  }

  synchronized void release() {
    claimedFor = null;
  }

  /** Guests of one group are kept apart in a fleet; empty for none. */
  synchronized void group(String name) {
    group = name;
  }

  synchronized String group() {
    return group;
  }

  /** Whether somebody has it. */
  synchronized boolean isBusy() {
    return claimedFor != null;
  }

  /** Nobody runs or moves it any more; it can only be ended. */
  synchronized void fence() {
    fenced = true;
  }

  /** Nothing stands in the way of ending a guest that is another host's. */
  synchronized void claimForEnd() throws Failure {
    if (fenced && claimedFor == null) {
      claimedFor = "is being stopped";
    } else {
      claim("is being stopped");
    }
  }

  /** Whether it is this host's to run: neither coming nor past the point of no return. */
  synchronized boolean isAtHome() {
    return !coming && (leaving == null || leaving.mayRunHere());
  }

  /** Pages that its program writes to for ever; 0 where it writes to none. */
  long hotPages() {
    return workload instanceof Workload.Writer(PseudoRandomWriter.Plan plan) ? plan.hotPages() : 0;
  }

  /** Something that is done with a guest at once. */
  interface Deed {
    void on(Guest guest) throws VmmException, Failure;
  }

  /** Does something with it, unless somebody else has it. */
  void use(String what, Deed deed) throws Failure, VmmException {
    claim(what);
    try {
      deed.on(guest);
    } finally {
      release();
    }
  }

  /**
   * Compares every page with its program. The guest runs again afterwards if it ran before.
   *
   * @throws Failure if its program is none that can be proved
   */
  Proof prove() throws Failure, VmmException {
    if (!(workload instanceof Workload.Writer(PseudoRandomWriter.Plan plan))) {
      throw new Failure(
          "The guest %s cannot be proved: only the workload writer leaves bytes that follow from what it did."
              .formatted(name()));
    }
    claim("is being compared with its program");
    try {
      boolean ran = guest.isRunning();
      Replay replay = caughtUp(plan);
      long began = System.nanoTime();
      guest.pause();
      try {
        MemoryProof proof = MemoryProof.take(guest.machine(), replay);
        OptionalLong first = proof.firstMismatch();
        return new Proof(
            name(),
            proof.pagesCompared(),
            proof.mismatches(),
            first.isPresent() ? first.getAsLong() : null,
            proof.steps(),
            (System.nanoTime() - began) / 1e6);
      } finally {
        synchronized (this) {
          steps = StepCounter.attach(guest.machine());
        }
        if (ran) {
          guest.resume();
        }
      }
    } finally {
      release();
    }
  }

  /** Most of the program is done over while the guest still runs. */
  private Replay caughtUp(PseudoRandomWriter.Plan plan) {
    var replay = new Replay(plan);
    for (long done = stepsDone(); done - replay.steps() > NEAR; done = stepsDone()) {
      long before = replay.steps();
      long began = System.nanoTime();
      replay.advance(done);
      long took = System.nanoTime() - began;
      // A guest that is as fast as its replay is never caught up with.
      if (stepsDone() - done > (done - before) / 2 && took > 0) {
        break;
      }
    }
    return replay;
  }

  /** What its program says it has done. */
  synchronized long stepsDone() {
    return steps == null ? 0 : steps.steps();
  }

  /**
   * As it is now.
   *
   * @param ask whether the firmware is asked, which waits for its turn
   */
  synchronized GuestView view(boolean ask) {
    GuestConfiguration configuration = guest.configuration();
    long pages = configuration.memoryBytes() >> 12;
    long shared = guest.pageStatus().shared().count();
    return new GuestView(
        name(),
        state(),
        ask ? sev() : null,
        configuration.memoryBytes(),
        pages - shared,
        shared,
        words(new GuestPolicy(configuration.policy())),
        configuration.workload(),
        stepsDone() == 0 ? null : (Long) stepsDone(),
        since,
        cameFrom,
        move);
  }

  /** In QEMU's words. */
  private String state() {
    if (coming) {
      return "inmigrate";
    }
    if (leaving != null && !leaving.mayRunHere()) {
      return "postmigrate";
    }
    return switch (guest.vcpu().state()) {
      case Vcpu.State.Ready _ -> "prelaunch";
      case Vcpu.State.Running _ -> "running";
      case Vcpu.State.Paused _ -> leaving == null ? "paused" : standing(leaving);
      case Vcpu.State.Stopped _ -> "shutdown";
      case Vcpu.State.Ended _ -> "internal-error";
    };
  }

  /** A guest that is slowed down stands still for a moment, and runs all the same. */
  private static String standing(SourceStep step) {
    return step == SourceStep.NEGOTIATING || step == SourceStep.SENDING
        ? "running"
        : "finish-migrate";
  }

  private @Nullable String sev() {
    try {
      return switch (guest.sev().status().state()) {
        case UNINIT -> "uninit";
        case LUPDATE -> "launch-update";
        case LSECRET -> "launch-secret";
        case RUNNING -> "running";
        case SUPDATE -> "send-update";
        case RUPDATE -> "receive-update";
        case SENT -> "sent";
      };
    } catch (VmmException refused) {
      return null;
    }
  }

  /** A policy as GuestPolicy.parse reads it. */
  static String words(GuestPolicy policy) {
    String flags =
        Arrays.stream(GuestPolicy.Flag.values())
            .filter(policy::has)
            .map(flag -> flag.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(","));
    if (policy.apiMajor() != 0 || policy.apiMinor() != 0) {
      flags += (flags.isEmpty() ? "" : ",") + "api=" + policy.minimumApi();
    }
    return flags.isEmpty() ? "none" : flags;
  }
}
