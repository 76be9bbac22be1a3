package dev.sealift.migration.handover;

import dev.sealift.migration.handover.SourceDeed.Plain;
import dev.sealift.migration.handover.SourceDeed.Write;
import dev.sealift.migration.wire.Place;
import java.util.List;

/**
 * How a source takes its steps: what it does when something happens, by the step it is in. It
 * decides only; nothing here has an effect.
 *
 * <p>The deeds of an answer are done one after the other. A crash between two of them leaves the
 * step that was written last, and {@link #recover} goes on from there.
 */
public final class SourceRules {
  private SourceRules() {}

  /** What is to be done when something happens. */
  public static List<SourceDeed> on(SourceStep step, SourceEvent event) {
    return switch (event) {
      case SourceEvent.Plain plain -> on(step, plain);
      case SourceEvent.Standing(Place place) -> standing(step, place);
      case SourceEvent.Unwritten(SourceStep failed) -> unwritten(failed);
    };
  }

  private static List<SourceDeed> on(SourceStep step, SourceEvent.Plain event) {
    return switch (event) {
      case STARTED -> expect(step, SourceStep.NEGOTIATING, new Write(SourceStep.SENDING));
      case STOPPED -> expect(step, SourceStep.SENDING, new Write(SourceStep.PAUSED));
      case ALL_SENT ->
          expect(step, SourceStep.PAUSED, new Write(SourceStep.PREPARING), Plain.SAY_PREPARE);
      case PREPARED ->
          step == SourceStep.PREPARING
              ? List.of(new Write(SourceStep.FINISHING), Plain.FINISH)
              : List.of();
      case SENT ->
          expect(
              step,
              SourceStep.FINISHING,
              new Write(SourceStep.FINISHED),
              Plain.GRANT,
              Plain.SAY_COMMIT,
              new Write(SourceStep.COMMITTED));
      case REFUSED -> withdraw();
      // The guest stands still: COMMIT is said for a guest only that is the destination's.
      case UNGRANTED, DISOWNED -> List.of();
      case RETRY -> step == SourceStep.FINISHED ? commit() : List.of();
      case RUNNING -> running(step);
      case ABORT -> aborted(step);
      case LOST -> lost(step);
      case CALLED_OFF -> calledOff(step);
    };
  }

  private static List<SourceDeed> expect(SourceStep step, SourceStep due, SourceDeed... deeds) {
    if (step != due) {
      throw new IllegalStateException(step + " where " + due + " was due");
    }
    return List.of(deeds);
  }

  /** Whoever may have been told so before is told again: both deeds may be done twice. */
  private static List<SourceDeed> commit() {
    return List.of(Plain.GRANT, Plain.SAY_COMMIT, new Write(SourceStep.COMMITTED));
  }

  private static List<SourceDeed> running(SourceStep step) {
    return switch (step) {
      case FINISHED, COMMITTED -> List.of(new Write(SourceStep.HANDED_OVER), Plain.DISCARD);
      case HANDED_OVER, STAYED, WITHDRAWN -> List.of();
      // It runs what it was never given: whatever that is, it is not this guest.
      case NEGOTIATING, SENDING, PAUSED, PREPARING, FINISHING -> calledOff(step);
    };
  }

  /** A destination that says ABORT has nothing of the guest any more. */
  private static List<SourceDeed> aborted(SourceStep step) {
    return switch (step) {
      case NEGOTIATING, SENDING, PAUSED, PREPARING, FINISHING -> stay();
      case WITHDRAWN -> List.of(new Write(SourceStep.STAYED));
      // It could not run the guest. It still has it, and nobody else may.
      case FINISHED, COMMITTED -> List.of(Plain.CONNECT);
      case HANDED_OVER, STAYED -> List.of();
    };
  }

  private static List<SourceDeed> lost(SourceStep step) {
    return switch (step) {
      case SENDING, FINISHED, COMMITTED, WITHDRAWN -> List.of(Plain.CONNECT);
      // The guest stands still: it is not made to wait for a link.
      case NEGOTIATING, PAUSED -> stay();
      case PREPARING, FINISHING -> withdraw();
      case HANDED_OVER, STAYED -> List.of();
    };
  }

  private static List<SourceDeed> calledOff(SourceStep step) {
    return switch (step) {
      case NEGOTIATING, SENDING, PAUSED -> stay();
      case PREPARING, FINISHING -> withdraw();
      case FINISHED, COMMITTED, HANDED_OVER, WITHDRAWN, STAYED -> List.of();
    };
  }

  /** Before PREPARE was said the destination ends the move by itself. */
  private static List<SourceDeed> stay() {
    return List.of(Plain.COME_BACK, new Write(SourceStep.STAYED), Plain.SAY_ABORT);
  }

  private static List<SourceDeed> withdraw() {
    return List.of(
        Plain.COME_BACK, new Write(SourceStep.WITHDRAWN), Plain.SAY_ABORT, Plain.CONNECT);
  }

  private static List<SourceDeed> standing(SourceStep step, Place place) {
    return switch (step) {
      case SENDING -> place == Place.RECEIVING ? List.of() : stay();
      case FINISHED, COMMITTED ->
          switch (place) {
            case PREPARED -> step == SourceStep.FINISHED ? commit() : List.of(Plain.SAY_COMMIT);
            case RUNNING -> running(step);
            case COMMITTED, RECEIVING, UNKNOWN, GONE -> List.of();
          };
      case WITHDRAWN ->
          switch (place) {
            case RECEIVING, PREPARED -> List.of(Plain.SAY_ABORT);
            case UNKNOWN, GONE -> List.of(new Write(SourceStep.STAYED));
            case COMMITTED, RUNNING -> List.of();
          };
      case NEGOTIATING, PAUSED, PREPARING, FINISHING, HANDED_OVER, STAYED -> List.of();
    };
  }

  /** Up to FINISHING the guest is better off here; after it only forwards. */
  private static List<SourceDeed> unwritten(SourceStep failed) {
    return switch (failed) {
      case NEGOTIATING, SENDING, PAUSED -> stay();
      case PREPARING, FINISHING -> withdraw();
      // The Secure Processor knows that the guest is sent, whatever the disk says.
      case FINISHED ->
          List.of(Plain.CONNECT, Plain.GRANT, Plain.SAY_COMMIT, new Write(SourceStep.COMMITTED));
      case HANDED_OVER -> List.of(Plain.DISCARD);
      case WITHDRAWN -> List.of(Plain.SAY_ABORT, Plain.CONNECT);
      case STAYED -> List.of(Plain.SAY_ABORT);
      case COMMITTED -> List.of(Plain.CONNECT);
    };
  }

  /**
   * What a host does that was restarted.
   *
   * @param step the last step in its journal
   * @param copy what it finds of the guest
   * @throws IllegalStateException if the two contradict each other: then nobody may run the guest
   *     before a person has looked
   */
  public static List<SourceDeed> recover(SourceStep step, Copy copy) {
    return switch (copy) {
      case RUNNABLE ->
          switch (step) {
            case NEGOTIATING, SENDING, PAUSED -> stay();
            case PREPARING, FINISHING -> withdraw();
            case WITHDRAWN -> List.of(Plain.COME_BACK, Plain.CONNECT);
            case STAYED -> List.of(Plain.COME_BACK);
            case FINISHED, COMMITTED, HANDED_OVER -> throw contradiction(step, copy);
          };
      case SENT ->
          switch (step) {
            case NEGOTIATING, SENDING, PAUSED, PREPARING, FINISHING ->
                List.of(new Write(SourceStep.FINISHED), Plain.CONNECT, Plain.GRANT);
            case FINISHED -> List.of(Plain.CONNECT, Plain.GRANT);
            case COMMITTED -> List.of(Plain.CONNECT);
            case HANDED_OVER -> List.of(Plain.DISCARD);
            case WITHDRAWN, STAYED -> throw contradiction(step, copy);
          };
      case ABSENT ->
          switch (step) {
            case FINISHED -> List.of(Plain.CONNECT, Plain.GRANT);
            case COMMITTED, WITHDRAWN -> List.of(Plain.CONNECT);
            // Whatever became of it here: only the destination can have it now.
            case FINISHING -> List.of(new Write(SourceStep.FINISHED), Plain.CONNECT, Plain.GRANT);
            case PREPARING -> List.of(new Write(SourceStep.WITHDRAWN), Plain.CONNECT);
            case NEGOTIATING, SENDING, PAUSED, HANDED_OVER, STAYED -> List.of();
          };
      case RECEIVING -> throw contradiction(step, copy);
    };
  }

  private static IllegalStateException contradiction(SourceStep step, Copy copy) {
    return new IllegalStateException(
        "the journal says source.%s, but the Secure Processor has the guest as %s"
            .formatted(step, copy));
  }
}
