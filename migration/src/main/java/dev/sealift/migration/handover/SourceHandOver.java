package dev.sealift.migration.handover;

import dev.sealift.migration.wire.MoveId;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A source's hand-over, by {@link SourceRules}. Thread-confined, but for the step it is in. */
public final class SourceHandOver extends HandOver<SourceStep, SourceEvent, SourceDeed> {
  private final Hands hands;

  /** Who does what the rules ask for. */
  public interface Hands {

    /** SEND_FINISH, if this host owns the guest; whether the guest is sent now. */
    boolean finish();

    /** Makes the destination the guest's owner; done again, it changes nothing. */
    Ownership.Answer grant();

    /** The guest goes on here as if nothing had been; done again, it changes nothing. */
    void comeBack();

    /** Says PREPARE, if there is a connection. */
    void sayPrepare();

    /** Says COMMIT, if there is a connection. */
    void sayCommit();

    /** Says ABORT, if there is a connection. */
    void sayAbort();

    /** Without a connection: one is to be made, soon. */
    void connect();

    /** The guest is the destination's. */
    void discard();

    /** What to remember beside the steps. */
    Map<JournalEntry.Detail, String> details();

    /** A step was taken. */
    void taken(SourceStep step);

    /** A step could not be written to the journal. */
    void unwritten(SourceStep step, IOException why);
  }

  private SourceHandOver(HandOverJournal journal, MoveId move, SourceStep step, Hands hands) {
    super(journal, move, step);
    this.hands = hands;
  }

  /** A new move: the hosts get to know each other. */
  public static SourceHandOver begin(HandOverJournal journal, MoveId move, Hands hands) {
    var handOver = new SourceHandOver(journal, move, SourceStep.NEGOTIATING, hands);
    handOver.perform(List.of(new SourceDeed.Write(SourceStep.NEGOTIATING)));
    return handOver;
  }

  /**
   * A move that a host finds in its journal.
   *
   * @param copy what it finds of the guest
   * @throws IllegalStateException if journal and Secure Processor contradict each other
   */
  public static SourceHandOver recover(
      HandOverJournal journal, MoveId move, SourceStep step, Copy copy, Hands hands) {
    List<SourceDeed> due = SourceRules.recover(step, copy);
    var handOver = new SourceHandOver(journal, move, step, hands);
    handOver.perform(due);
    return handOver;
  }

  @Override
  List<SourceDeed> on(SourceStep current, SourceEvent event) {
    return SourceRules.on(current, event);
  }

  @Override
  Optional<SourceEvent> perform(SourceDeed deed) {
    switch (deed) {
      case SourceDeed.Write(SourceStep next) -> {
        return write(next);
      }
      case SourceDeed.Plain.FINISH -> {
        return Optional.of(hands.finish() ? SourceEvent.Plain.SENT : SourceEvent.Plain.REFUSED);
      }
      case SourceDeed.Plain.GRANT -> {
        return switch (hands.grant()) {
          case YES -> Optional.empty();
          case UNKNOWN -> Optional.of(SourceEvent.Plain.UNGRANTED);
          case NO -> Optional.of(SourceEvent.Plain.DISOWNED);
        };
      }
      case SourceDeed.Plain.COME_BACK -> hands.comeBack();
      case SourceDeed.Plain.SAY_PREPARE -> hands.sayPrepare();
      case SourceDeed.Plain.SAY_COMMIT -> hands.sayCommit();
      case SourceDeed.Plain.SAY_ABORT -> hands.sayAbort();
      case SourceDeed.Plain.CONNECT -> hands.connect();
      case SourceDeed.Plain.DISCARD -> hands.discard();
    }
    return Optional.empty();
  }

  @Override
  void taken(SourceStep next) {
    hands.taken(next);
  }

  @Override
  SourceEvent unwritten(SourceStep next, IOException why) {
    hands.unwritten(next, why);
    return new SourceEvent.Unwritten(next);
  }

  @Override
  Map<JournalEntry.Detail, String> details() {
    return hands.details();
  }
}
