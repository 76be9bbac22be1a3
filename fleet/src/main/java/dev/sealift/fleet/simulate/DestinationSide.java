package dev.sealift.fleet.simulate;

import dev.sealift.migration.handover.Copy;
import dev.sealift.migration.handover.DestinationDeed;
import dev.sealift.migration.handover.DestinationEvent;
import dev.sealift.migration.handover.DestinationRules;
import dev.sealift.migration.handover.DestinationStep;
import dev.sealift.migration.wire.Place;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The destination of a move: the rules of the hand-over decide, and this does what they say. */
final class DestinationSide {
  /** After so long without a word it asks the registry. */
  private static final long QUIET = 2 * EventQueue.SECOND;

  private static final long EXPIRES = 60 * EventQueue.SECOND;

  private final World world;
  private final SimulatedMove move;

  /** Null where it knows no such move. */
  private @Nullable DestinationStep step;

  private @Nullable DestinationStep journal;

  private @Nullable DestinationStep onDisk;

  /** Whether what the host has of the guest came by this move, and not by another one. */
  private boolean holds;

  private long lastWord;
  private long watches;

  DestinationSide(World world, SimulatedMove move) {
    this.world = world;
    this.move = move;
  }

  /** Whether nothing is left to do for it; it still says where it stands if it is asked. */
  boolean isOver() {
    return journal == null || journal.isLast();
  }

  void linkIsLost() {
    tell(DestinationEvent.Plain.LOST);
    long link = move.link();
    world
        .events()
        .in(
            EXPIRES,
            () -> {
              if (move.link() == link && !move.isLinked()) {
                tell(DestinationEvent.Plain.EXPIRED);
              }
            });
  }

  void dies() {
    step = null;
    watches++;
    journal = world.random().nextBoolean() ? journal : onDisk;
  }

  void isStarted() {
    if (journal == null) {
      if (copy() == Copy.RECEIVING) {
        tearDown();
      }
      move.settle();
      return;
    }
    step = journal;
    if (journal == DestinationStep.TORN_DOWN) {
      return;
    }
    try {
      perform(DestinationRules.recover(journal, copy()));
    } catch (IllegalStateException contradiction) {
      world.audit().violation(move.guest() + ": " + contradiction.getMessage());
    }
    watch();
  }

  private Copy copy() {
    return holds ? world.copies().at(move.destination().name(), move.guest()) : Copy.ABSENT;
  }

  private void tearDown() {
    if (holds) {
      set(Copy.ABSENT, false);
      holds = false;
    }
  }

  private void set(Copy copy, boolean runs) {
    world.copies().set(move.destination().name(), move.guest(), copy, runs);
  }

  void hears(Word word) {
    lastWord = world.events().now();
    if (step == null) {
      strange(word);
      return;
    }
    switch (word) {
      case Word.Plain.RESUME -> tell(DestinationEvent.Plain.RESUME);
      case Word.Plain.PREPARE -> tell(DestinationEvent.Plain.WHOLE);
      case Word.Plain.COMMIT -> tell(DestinationEvent.Plain.COMMIT);
      case Word.Plain.ABORT -> tell(DestinationEvent.Plain.ABORT);
      default -> throw new IllegalStateException("no source says " + word);
    }
  }

  /** It knows no such move. */
  private void strange(Word word) {
    if (word == Word.Plain.RESUME) {
      move.toSource(new Word.Standing(Place.UNKNOWN));
    } else if (word == Word.Plain.GUEST) {
      if (world.copies().at(move.destination().name(), move.guest()) != Copy.ABSENT) {
        // It is left of an earlier move, whose source has yet to say what becomes of it.
        move.toSource(Word.Plain.ABORT);
        return;
      }
      holds = true;
      set(Copy.RECEIVING, false);
      perform(List.of(new DestinationDeed.Write(DestinationStep.RECEIVING)));
      if (step != null) {
        move.toSource(Word.Plain.READY);
      }
    }
  }

  private void tell(DestinationEvent event) {
    DestinationStep current = step;
    if (current != null) {
      perform(DestinationRules.on(current, event));
    }
  }

  private void perform(List<DestinationDeed> deeds) {
    List<DestinationDeed> due = deeds;
    while (!due.isEmpty()) {
      if (move.destination().diesNow()) {
        return;
      }
      DestinationEvent follows = perform(due.getFirst());
      DestinationStep current = step;
      if (follows == null || current == null) {
        due = due.subList(1, due.size());
      } else {
        due = DestinationRules.on(current, follows);
      }
    }
    move.settle();
  }

  private @Nullable DestinationEvent perform(DestinationDeed deed) {
    switch (deed) {
      case DestinationDeed.Write(DestinationStep next) -> write(next);
      case DestinationDeed.Plain.ASK -> {
        boolean owns =
            move.destination().reachesRegistry()
                && world.registry().owner(move.guest()).equals(move.destination().name());
        return owns ? null : DestinationEvent.Plain.NOT_OWNED;
      }
      case DestinationDeed.Plain.RUN -> {
        set(Copy.RUNNABLE, true);
        world.statistics().runs(move.guest(), world.events().now(), true);
        return step == DestinationStep.RUNNING ? null : DestinationEvent.Plain.RAN;
      }
      case DestinationDeed.Plain.TEAR_DOWN -> tearDown();
      case DestinationDeed.Plain.SAY_PREPARED -> move.toSource(Word.Plain.PREPARED);
      case DestinationDeed.Plain.SAY_RUNNING -> move.toSource(Word.Plain.RUNNING);
      case DestinationDeed.Plain.SAY_ABORT -> move.toSource(Word.Plain.ABORT);
      case DestinationDeed.Plain.SAY_STANDING -> {
        DestinationStep current = step;
        if (current != null) {
          move.toSource(new Word.Standing(DestinationRules.place(current)));
        }
      }
    }
    return null;
  }

  private void write(DestinationStep next) {
    step = next;
    journal = next;
    if (next.isDurable()) {
      onDisk = next;
    }
    if (next == DestinationStep.PREPARED) {
      watch();
    }
  }

  /** While it only waits, it asks from time to time. */
  private void watch() {
    long watch = ++watches;
    world.events().in(QUIET, () -> isQuiet(watch));
  }

  private void isQuiet(long watch) {
    boolean waits = step == DestinationStep.PREPARED || step == DestinationStep.COMMITTED;
    if (!waits || watch != watches) {
      return;
    }
    if (world.events().now() - lastWord >= QUIET) {
      tell(DestinationEvent.Plain.QUIET);
    }
    if (step != null) {
      watch();
    }
  }
}
