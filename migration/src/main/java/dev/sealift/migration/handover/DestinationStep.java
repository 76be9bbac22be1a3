package dev.sealift.migration.handover;

import java.util.EnumSet;
import java.util.Set;

/** The destination's hand-over. */
public enum DestinationStep implements HandOverStep {
  /** RECEIVE_START is done: pages come in. */
  RECEIVING(false, false),
  /**
   * The guest is whole; only COMMIT is missing. From here on the source decides, or the registry
   * where there is one.
   */
  PREPARED(false, true),
  /**
   * COMMIT was heard, or the registry said that the guest is this host's: the source can never run
   * it again.
   */
  COMMITTED(true, true),
  /** RECEIVE_FINISH is done and the guest runs here. */
  RUNNING(true, true),
  /** The move is off, and what was received is gone. */
  TORN_DOWN(false, true),
  /** The guest is this host's, but the host could not run the guest; it is tried again. */
  LOST(true, true);

  private final boolean mayRunHere;
  private final boolean durable;

  DestinationStep(boolean mayRunHere, boolean durable) {
    this.mayRunHere = mayRunHere;
    this.durable = durable;
  }

  @Override
  public Set<DestinationStep> next() {
    return switch (this) {
      case RECEIVING -> EnumSet.of(PREPARED, TORN_DOWN);
      case PREPARED -> EnumSet.of(COMMITTED, TORN_DOWN);
      case COMMITTED -> EnumSet.of(RUNNING, LOST);
      case LOST -> EnumSet.of(RUNNING);
      case RUNNING, TORN_DOWN -> EnumSet.noneOf(DestinationStep.class);
    };
  }

  @Override
  public Side side() {
    return Side.DESTINATION;
  }

  @Override
  public boolean mayRunHere() {
    return mayRunHere;
  }

  @Override
  public boolean isDurable() {
    return durable;
  }
}
