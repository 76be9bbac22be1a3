package dev.sealift.fleet.simulate;

import dev.sealift.migration.handover.Copy;
import dev.sealift.migration.handover.Ownership.Answer;
import dev.sealift.migration.handover.SourceDeed;
import dev.sealift.migration.handover.SourceEvent;
import dev.sealift.migration.handover.SourceRules;
import dev.sealift.migration.handover.SourceStep;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The source of a move: the rules of the hand-over decide, and this does what they say. */
final class SourceSide {
  private static final long AGAIN = EventQueue.SECOND;
  private static final long RESUME_LIMIT = 30 * EventQueue.SECOND;

  private final World world;
  private final SimulatedMove move;
  private final Transfer transfer;
  private final int version;
  private @Nullable SourceStep step;
  private SourceStep journal = SourceStep.NEGOTIATING;

  /** What a crash leaves for certain. */
  private SourceStep onDisk = SourceStep.NEGOTIATING;

  private boolean offered;
  private boolean over;

  /** The agent has given up waiting, and the guest may be moved again meanwhile. */
  private boolean detached;

  private long lostAt;
  private long tries;
  private String reason = "";

  SourceSide(World world, SimulatedMove move, int version) {
    this.world = world;
    this.move = move;
    this.version = version;
    this.transfer = new Transfer(world, move, this::converged);
  }

  boolean isOver() {
    return over;
  }

  void begin() {
    step = SourceStep.NEGOTIATING;
    if (move.connect()) {
      offered = true;
      move.toDestination(Word.Plain.GUEST);
    } else {
      reason = move.destination().name() + " could not be reached";
      tell(SourceEvent.Plain.CALLED_OFF);
    }
  }

  void callOff() {
    reason = "it was called off";
    tell(SourceEvent.Plain.CALLED_OFF);
  }

  /** The link is broken, though it is not known yet. */
  void stall() {
    transfer.stop();
  }

  void linkIsLost() {
    if (step != null) {
      reason = "the link to " + move.destination().name() + " broke";
      lostAt = world.events().now();
      tell(SourceEvent.Plain.LOST);
    }
  }

  void dies() {
    transfer.stop();
    step = null;
    tries++;
    journal = world.random().nextBoolean() ? journal : onDisk;
  }

  void isStarted() {
    if (over) {
      return;
    }
    step = journal;
    lostAt = world.events().now();
    if (!detached) {
      reason = move.source().name() + " was started again meanwhile";
      move.source().resumes(move);
    }
    try {
      perform(SourceRules.recover(journal, detached ? Copy.ABSENT : copy()));
    } catch (IllegalStateException contradiction) {
      world.audit().violation(move.guest() + ": " + contradiction.getMessage());
    }
  }

  private Copy copy() {
    return world.copies().at(move.source().name(), move.guest());
  }

  void hears(Word word) {
    switch (word) {
      case Word.Plain.READY -> {
        if (step == SourceStep.NEGOTIATING) {
          tell(SourceEvent.Plain.STARTED);
        }
      }
      case Word.Plain.PREPARED -> tell(SourceEvent.Plain.PREPARED);
      case Word.Plain.RUNNING -> tell(SourceEvent.Plain.RUNNING);
      case Word.Plain.ABORT -> {
        reason = move.destination().name() + " refused";
        tell(SourceEvent.Plain.ABORT);
      }
      case Word.Standing standing -> {
        tell(new SourceEvent.Standing(standing.place()));
        if (step == SourceStep.SENDING) {
          transfer.goOn();
        }
      }
      case Word.Plain other -> throw new IllegalStateException("no destination says " + other);
    }
  }

  /** The rest fits into the last round. */
  private void converged() {
    if (step != SourceStep.SENDING || !move.isLinked()) {
      return;
    }
    long last = transfer.lastRoundMicros();
    transfer.stop();
    world.copies().set(move.source().name(), move.guest(), Copy.RUNNABLE, false);
    world.statistics().stands(move.guest(), world.events().now());
    tell(SourceEvent.Plain.STOPPED);
    long link = move.link();
    world
        .events()
        .in(
            last,
            () -> {
              if (step == SourceStep.PAUSED && move.link() == link) {
                tell(SourceEvent.Plain.ALL_SENT);
              }
            });
  }

  private void tell(SourceEvent event) {
    SourceStep current = step;
    if (current != null && !over) {
      perform(SourceRules.on(current, event));
    }
  }

  private void perform(List<SourceDeed> deeds) {
    List<SourceDeed> due = deeds;
    while (!due.isEmpty() && step != null) {
      if (move.source().diesNow()) {
        return;
      }
      SourceEvent follows = perform(due.getFirst());
      SourceStep current = step;
      if (follows == null || current == null) {
        due = due.subList(1, due.size());
      } else {
        due = SourceRules.on(current, follows);
      }
    }
    SourceStep current = step;
    if (current != null && current.isLast()) {
      over = true;
      move.source().left(move, reason);
      move.settle();
    }
  }

  private @Nullable SourceEvent perform(SourceDeed deed) {
    switch (deed) {
      case SourceDeed.Write(SourceStep next) -> write(next);
      case SourceDeed.Plain.FINISH -> {
        return finish();
      }
      case SourceDeed.Plain.GRANT -> {
        return grant();
      }
      case SourceDeed.Plain.COME_BACK -> comeBack();
      case SourceDeed.Plain.SAY_PREPARE -> move.toDestination(Word.Plain.PREPARE);
      case SourceDeed.Plain.SAY_COMMIT -> move.toDestination(Word.Plain.COMMIT);
      case SourceDeed.Plain.SAY_ABORT -> move.toDestination(Word.Plain.ABORT);
      case SourceDeed.Plain.CONNECT -> connect(++tries);
      case SourceDeed.Plain.DISCARD ->
          world.copies().set(move.source().name(), move.guest(), Copy.ABSENT, false);
    }
    return null;
  }

  private void write(SourceStep next) {
    step = next;
    journal = next;
    if (next.isDurable()) {
      onDisk = next;
    }
    if (next == SourceStep.SENDING) {
      transfer.goOn();
    } else {
      transfer.stop();
    }
    if (next == SourceStep.WITHDRAWN) {
      world.events().in(RESUME_LIMIT, this::detach);
    }
  }

  /** The destination may be away for long: the guest is free to go elsewhere. */
  private void detach() {
    if (journal == SourceStep.WITHDRAWN && !over) {
      detached = true;
      move.source().left(move, reason);
    }
  }

  private SourceEvent finish() {
    boolean owns =
        move.source().reachesRegistry()
            && world.registry().owner(move.guest()).equals(move.source().name());
    if (!owns) {
      reason = move.source().name() + " could not learn from the registry whether it owns it";
      return SourceEvent.Plain.REFUSED;
    }
    world.copies().set(move.source().name(), move.guest(), Copy.SENT, false);
    return SourceEvent.Plain.SENT;
  }

  private @Nullable SourceEvent grant() {
    SimulatedHost host = move.source();
    if (!host.reachesRegistry()) {
      return unknown();
    }
    boolean unheard = host.losesAnswer(world.between(EventQueue.SECOND, 30 * EventQueue.SECOND));
    if (unheard && world.random().nextBoolean()) {
      // The question is lost, and not its answer: the host cannot tell the two apart.
      return unknown();
    }
    Answer answer =
        world.registry().grant(move.guest(), host.name(), move.destination().name(), version);
    if (unheard) {
      return unknown();
    }
    return switch (answer) {
      case YES -> null;
      case NO -> SourceEvent.Plain.DISOWNED;
      case UNKNOWN -> unknown();
    };
  }

  private SourceEvent unknown() {
    world.events().in(AGAIN, () -> tell(SourceEvent.Plain.RETRY));
    return SourceEvent.Plain.UNGRANTED;
  }

  private void comeBack() {
    if (copy() != Copy.RUNNABLE) {
      if (!detached) {
        world.audit().violation("%s comes back as %s".formatted(move.guest(), copy()));
      }
      return;
    }
    world.copies().set(move.source().name(), move.guest(), Copy.RUNNABLE, true);
    world.statistics().runs(move.guest(), world.events().now(), false);
  }

  private void connect(long attempt) {
    SourceStep current = step;
    if (current == null || over || attempt != tries || move.isLinked()) {
      return;
    }
    if (move.destination().isGone()) {
      nobodyThere(current);
    } else if (move.connect()) {
      move.toDestination(offered ? Word.Plain.RESUME : Word.Plain.GUEST);
      return;
    } else if (current == SourceStep.SENDING && world.events().now() - lostAt > RESUME_LIMIT) {
      tell(SourceEvent.Plain.CALLED_OFF);
      return;
    }
    if (!over) {
      world.events().in(AGAIN, () -> connect(attempt));
    }
  }

  /** The destination will never come back, which a host learns from its operator. */
  private void nobodyThere(SourceStep current) {
    if (current == SourceStep.WITHDRAWN || current == SourceStep.COMMITTED) {
      over = true;
      move.source().left(move, reason);
      move.settle();
    } else if (current == SourceStep.SENDING && world.events().now() - lostAt > RESUME_LIMIT) {
      tell(SourceEvent.Plain.CALLED_OFF);
    }
  }
}
