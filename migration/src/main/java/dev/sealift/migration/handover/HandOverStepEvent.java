package dev.sealift.migration.handover;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** JDK Flight Recorder: a step of a hand-over, on either side. */
@Name("dev.sealift.HandOverStep")
@Label("Hand-over Step")
@Description("A step of a hand-over, for as long as it took to write it to the journal")
@Category("Sealift")
@StackTrace(false)
final class HandOverStepEvent extends Event {
  @Label("Move")
  @Description("The move's name in the journals of both hosts")
  @Nullable String move;

  @Label("Side")
  @Description("source or destination")
  @Nullable String side;

  @Label("Step")
  @Description("The step, as the journal has it")
  @Nullable String step;

  @Label("Written")
  @Description("Whether the journal has it")
  boolean written;

  HandOverStepEvent() {}
}
