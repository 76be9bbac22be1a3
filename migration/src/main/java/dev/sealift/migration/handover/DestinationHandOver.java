package dev.sealift.migration.handover;

import dev.sealift.migration.wire.MoveId;
import dev.sealift.migration.wire.Place;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A destination's hand-over, by {@link DestinationRules}. Thread-confined, but for the step it is
 * in.
 */
public final class DestinationHandOver
    extends HandOver<DestinationStep, DestinationEvent, DestinationDeed> {
  private final Hands hands;

  /** Who does what the rules ask for. */
  public interface Hands {

    /** Whether this host owns the guest; false also where nobody knows. */
    boolean owns();

    /** RECEIVE_FINISH where it is due, and the guest runs; whether it does. */
    boolean runGuest();

    /** Closes what was received. */
    void tearDown();

    /** Says PREPARED, if there is a connection. */
    void sayPrepared();

    /** Says RUNNING, if there is a connection. */
    void sayRunning();

    /** Says ABORT, if there is a connection. */
    void sayAbort();

    /** Says STANDING, if there is a connection. */
    void sayStanding(Place place);

    /** What to remember beside the steps. */
    Map<JournalEntry.Detail, String> details();

    /** A step was taken. */
    void taken(DestinationStep step);

    /** A step could not be written to the journal. */
    void unwritten(DestinationStep step, IOException why);
  }

  private DestinationHandOver(
      HandOverJournal journal, MoveId move, DestinationStep step, Hands hands) {
    super(journal, move, step);
    this.hands = hands;
  }

  /** RECEIVE_START is done. */
  public static DestinationHandOver begin(HandOverJournal journal, MoveId move, Hands hands) {
    var handOver = new DestinationHandOver(journal, move, DestinationStep.RECEIVING, hands);
    handOver.perform(List.of(new DestinationDeed.Write(DestinationStep.RECEIVING)));
    return handOver;
  }

  /**
   * A move that a host finds in its journal.
   *
   * @param copy what it finds of the guest
   * @throws IllegalStateException if journal and Secure Processor contradict each other
   */
  public static DestinationHandOver recover(
      HandOverJournal journal, MoveId move, DestinationStep step, Copy copy, Hands hands) {
    List<DestinationDeed> due = DestinationRules.recover(step, copy);
    var handOver = new DestinationHandOver(journal, move, step, hands);
    handOver.perform(due);
    return handOver;
  }

  @Override
  List<DestinationDeed> on(DestinationStep current, DestinationEvent event) {
    return DestinationRules.on(current, event);
  }

  @Override
  Optional<DestinationEvent> perform(DestinationDeed deed) {
    switch (deed) {
      case DestinationDeed.Write(DestinationStep next) -> {
        return write(next);
      }
      case DestinationDeed.Plain.ASK -> {
        return hands.owns() ? Optional.empty() : Optional.of(DestinationEvent.Plain.NOT_OWNED);
      }
      case DestinationDeed.Plain.RUN -> {
        return run();
      }
      case DestinationDeed.Plain.TEAR_DOWN -> hands.tearDown();
      case DestinationDeed.Plain.SAY_PREPARED -> hands.sayPrepared();
      case DestinationDeed.Plain.SAY_RUNNING -> hands.sayRunning();
      case DestinationDeed.Plain.SAY_ABORT -> hands.sayAbort();
      case DestinationDeed.Plain.SAY_STANDING -> hands.sayStanding(DestinationRules.place(step()));
    }
    return Optional.empty();
  }

  /** A guest that was here already runs again without a step. */
  private Optional<DestinationEvent> run() {
    boolean runs = hands.runGuest();
    if (step() == DestinationStep.RUNNING) {
      return Optional.empty();
    }
    return Optional.of(runs ? DestinationEvent.Plain.RAN : DestinationEvent.Plain.NOT_RUN);
  }

  @Override
  void taken(DestinationStep next) {
    hands.taken(next);
  }

  @Override
  DestinationEvent unwritten(DestinationStep next, IOException why) {
    hands.unwritten(next, why);
    return new DestinationEvent.Unwritten(next);
  }

  @Override
  Map<JournalEntry.Detail, String> details() {
    return hands.details();
  }
}
