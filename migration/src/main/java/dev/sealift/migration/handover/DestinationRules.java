package dev.sealift.migration.handover;

import dev.sealift.migration.handover.DestinationDeed.Plain;
import dev.sealift.migration.handover.DestinationDeed.Write;
import dev.sealift.migration.wire.Place;
import java.util.List;

/**
 * How a destination takes its steps: what it does when something happens, by the step it is in. It
 * decides only; nothing here has an effect.
 *
 * <p>The deeds of an answer are done one after the other. A crash between two of them leaves the
 * step that was written last, and {@link #recover} goes on from there.
 */
public final class DestinationRules {
  private DestinationRules() {}

  /** What is to be done when something happens. */
  public static List<DestinationDeed> on(DestinationStep step, DestinationEvent event) {
    return switch (event) {
      case DestinationEvent.Plain plain -> on(step, plain);
      case DestinationEvent.Unwritten(DestinationStep failed) -> unwritten(failed);
    };
  }

  private static List<DestinationDeed> on(DestinationStep step, DestinationEvent.Plain event) {
    return switch (event) {
      case WHOLE -> whole(step);
      case COMMIT -> commit(step);
      case ABORT -> aborted(step);
      case RESUME -> List.of(Plain.SAY_STANDING);
      case LOST -> List.of();
      case EXPIRED -> step == DestinationStep.RECEIVING ? tearDown() : List.of();
      case FAILED -> step == DestinationStep.RECEIVING ? refuse() : List.of();
      case QUIET -> quiet(step);
      // Perhaps not yet: the source will say COMMIT again, and it is asked again.
      case NOT_OWNED -> List.of();
      case RETRY -> step == DestinationStep.LOST ? List.of(Plain.ASK, Plain.RUN) : List.of();
      case RAN -> List.of(new Write(DestinationStep.RUNNING), Plain.SAY_RUNNING);
      // Told to a source that may no longer run it: it will say COMMIT again.
      case NOT_RUN ->
          step == DestinationStep.LOST
              ? List.of(Plain.SAY_ABORT)
              : List.of(new Write(DestinationStep.LOST), Plain.SAY_ABORT);
    };
  }

  private static List<DestinationDeed> whole(DestinationStep step) {
    return switch (step) {
      case RECEIVING -> List.of(new Write(DestinationStep.PREPARED), Plain.SAY_PREPARED);
      case PREPARED -> List.of(Plain.SAY_PREPARED);
      case COMMITTED, RUNNING, LOST, TORN_DOWN -> List.of();
    };
  }

  private static List<DestinationDeed> commit(DestinationStep step) {
    return switch (step) {
      case PREPARED -> List.of(Plain.ASK, new Write(DestinationStep.COMMITTED), Plain.RUN);
      case COMMITTED, LOST -> List.of(Plain.ASK, Plain.RUN);
      case RUNNING -> List.of(Plain.SAY_RUNNING);
      case TORN_DOWN -> List.of();
      case RECEIVING -> refuse();
    };
  }

  /** What the registry says is as good as COMMIT, and may be all that is left of the source. */
  private static List<DestinationDeed> quiet(DestinationStep step) {
    return switch (step) {
      case PREPARED, COMMITTED -> commit(step);
      case RECEIVING, RUNNING, LOST, TORN_DOWN -> List.of();
    };
  }

  /** Only a source that has not finished says ABORT; after COMMIT it means nothing any more. */
  private static List<DestinationDeed> aborted(DestinationStep step) {
    return switch (step) {
      case RECEIVING -> tearDown();
      case PREPARED ->
          List.of(Plain.TEAR_DOWN, new Write(DestinationStep.TORN_DOWN), Plain.SAY_STANDING);
      case TORN_DOWN -> List.of(Plain.SAY_STANDING);
      case COMMITTED, RUNNING, LOST -> List.of();
    };
  }

  private static List<DestinationDeed> tearDown() {
    return List.of(Plain.TEAR_DOWN, new Write(DestinationStep.TORN_DOWN));
  }

  private static List<DestinationDeed> refuse() {
    return List.of(Plain.TEAR_DOWN, new Write(DestinationStep.TORN_DOWN), Plain.SAY_ABORT);
  }

  private static List<DestinationDeed> unwritten(DestinationStep failed) {
    return switch (failed) {
      // A host that could forget that it is prepared must not say that it is.
      case RECEIVING, PREPARED -> refuse();
      // Nobody else may run the guest, and RECEIVE_FINISH itself proves that COMMIT was heard.
      case COMMITTED -> List.of(Plain.RUN);
      case RUNNING -> List.of(Plain.SAY_RUNNING);
      case LOST -> List.of(Plain.SAY_ABORT);
      case TORN_DOWN -> List.of();
    };
  }

  /** What STANDING says in a step. A guest that could not be run waits for another COMMIT. */
  public static Place place(DestinationStep step) {
    return switch (step) {
      case RECEIVING -> Place.RECEIVING;
      case PREPARED, LOST -> Place.PREPARED;
      case COMMITTED -> Place.COMMITTED;
      case RUNNING -> Place.RUNNING;
      case TORN_DOWN -> Place.GONE;
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
  public static List<DestinationDeed> recover(DestinationStep step, Copy copy) {
    return switch (step) {
      case RECEIVING ->
          switch (copy) {
            case RECEIVING -> tearDown();
            case ABSENT -> List.of(new Write(DestinationStep.TORN_DOWN));
            case RUNNABLE, SENT -> throw contradiction(step, copy);
          };
      case PREPARED ->
          switch (copy) {
            case RECEIVING -> List.of();
            // COMMIT was heard, and could not be written down.
            case RUNNABLE -> List.of(new Write(DestinationStep.COMMITTED), Plain.ASK, Plain.RUN);
            case ABSENT -> List.of(new Write(DestinationStep.TORN_DOWN));
            case SENT -> throw contradiction(step, copy);
          };
      case COMMITTED, LOST ->
          switch (copy) {
            case RECEIVING, RUNNABLE -> List.of(Plain.ASK, Plain.RUN);
            case ABSENT -> List.of();
            case SENT -> throw contradiction(step, copy);
          };
      case RUNNING ->
          switch (copy) {
            case RUNNABLE -> List.of(Plain.RUN);
            // It ended, or has been moved on since.
            case ABSENT, SENT -> List.of();
            case RECEIVING -> throw contradiction(step, copy);
          };
      case TORN_DOWN -> copy == Copy.ABSENT ? List.of() : List.of(Plain.TEAR_DOWN);
    };
  }

  private static IllegalStateException contradiction(DestinationStep step, Copy copy) {
    return new IllegalStateException(
        "the journal says destination.%s, but the Secure Processor has the guest as %s"
            .formatted(step, copy));
  }
}
