package dev.sealift.migration;

import java.util.EnumSet;
import java.util.Set;

/** The source's hand-over. */
public enum SourceStep implements HandOverStep {
  /** The two hosts get to know each other; nothing of the guest has left. */
  NEGOTIATING(true, false),
  /** SEND_START is done: the guest runs, and its pages go over. */
  SENDING(true, false),
  /** The guest is paused and the rest of it goes over. */
  PAUSED(true, false),
  /** The destination is prepared; SEND_FINISH is about to be asked for. */
  FINISHING(true, true),
  /** SEND_FINISH is done: the point of no return. */
  FINISHED(false, true),
  /** COMMIT is said. */
  COMMITTED(false, false),
  /** The destination said that the guest runs there. */
  HANDED_OVER(false, false),
  /** The move is off, and the guest goes on here. */
  STAYED(true, false);

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
      case PAUSED -> EnumSet.of(FINISHING, STAYED);
      case FINISHING -> EnumSet.of(FINISHED, STAYED);
      case FINISHED -> EnumSet.of(COMMITTED);
      case COMMITTED -> EnumSet.of(HANDED_OVER);
      case HANDED_OVER, STAYED -> EnumSet.noneOf(SourceStep.class);
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
