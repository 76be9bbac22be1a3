package dev.sealift.migration.handover;

import java.util.EnumSet;
import java.util.Set;

/** The source's hand-over. */
public enum SourceStep implements HandOverStep {
  /** The two hosts get to know each other; nothing of the guest has left. */
  NEGOTIATING(true, false),
  /** SEND_START is done: the guest runs, and its pages go over. */
  SENDING(true, true),
  /** The guest is paused and the rest of it goes over. */
  PAUSED(true, false),
  /** Everything is sent, and the destination is asked whether it could run the guest. */
  PREPARING(true, true),
  /** The destination is prepared; SEND_FINISH is about to be asked for. */
  FINISHING(true, true),
  /** SEND_FINISH is done: the point of no return. */
  FINISHED(false, true),
  /** COMMIT is said. */
  COMMITTED(false, false),
  /** The destination said that the guest runs there. */
  HANDED_OVER(false, true),
  /** The guest goes on here; the destination may be prepared, and must be told. */
  WITHDRAWN(true, true),
  /** The move is off, and the guest goes on here. */
  STAYED(true, true);

  private final boolean mayRunHere;
  private final boolean durable;

  SourceStep(boolean mayRunHere, boolean durable) {
    this.mayRunHere = mayRunHere;
    this.durable = durable;
  }

  @Override
  public Set<SourceStep> next() {
    return switch (this) {
      case NEGOTIATING -> EnumSet.of(SENDING, STAYED);
      case SENDING -> EnumSet.of(PAUSED, STAYED);
      case PAUSED -> EnumSet.of(PREPARING, STAYED);
      case PREPARING -> EnumSet.of(FINISHING, WITHDRAWN, STAYED);
      case FINISHING -> EnumSet.of(FINISHED, WITHDRAWN, STAYED);
      case FINISHED -> EnumSet.of(COMMITTED, HANDED_OVER);
      case COMMITTED -> EnumSet.of(HANDED_OVER);
      case WITHDRAWN -> EnumSet.of(STAYED);
      case HANDED_OVER, STAYED -> EnumSet.noneOf(SourceStep.class);
    };
  }

  @Override
  public Side side() {
    return Side.SOURCE;
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
