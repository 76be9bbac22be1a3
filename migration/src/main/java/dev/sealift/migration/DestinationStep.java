package dev.sealift.migration;

import java.util.EnumSet;
import java.util.Set;

/** The destination's hand-over. */
public enum DestinationStep implements HandOverStep {
  /** RECEIVE_START is done: pages come in. */
  RECEIVING(false, false),
  /** The guest is whole; only COMMIT is missing. */
  PREPARED(false, true),
  /** COMMIT was heard: the source can never run the guest again. */
  COMMITTED(true, true),
  /** RECEIVE_FINISH is done and the guest runs here. */
  RUNNING(true, false),
  /** The move is off, and what was received is gone. */
  TORN_DOWN(false, false),
  /** COMMIT was heard, but the host could not run the guest. */
  LOST(false, false);

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
      case RUNNING, TORN_DOWN, LOST -> EnumSet.noneOf(DestinationStep.class);
    };
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
