package dev.sealift.migration;

import dev.sealift.migration.handover.DestinationStep;
import dev.sealift.migration.wire.MigrationException;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/** JDK Flight Recorder: a move is over, seen from either host. */
@Name("dev.sealift.MoveEnd")
@Label("Move End")
@Description("A move, from its begin to its end on this host")
@Category("Sealift")
@StackTrace(false)
final class MoveEndEvent extends Event {
  @Label("Move")
  @Description("Its name in the journals of both hosts")
  @Nullable String move;

  @Label("Guest")
  @Description("What the guest is called")
  @Nullable String guest;

  @Label("Direction")
  @Description("outgoing or incoming")
  @Nullable String direction;

  @Label("Outcome")
  @Description("Moved, StayedAtSource or HandedOver; on the destination the last step")
  @Nullable String outcome;

  @Label("Reason")
  @Description("Why the guest is not known to run at the destination; else empty")
  @Nullable String reason;

  @Label("Downtime")
  @Description("How long the guest ran nowhere; 0 unless it moved, and on the destination")
  @Timespan(Timespan.NANOSECONDS)
  long downtime;

  @Label("Rounds")
  @Description("Rounds that were finished; 0 on the destination")
  int rounds;

  @Label("Sent")
  @Description("What the source put on the wire, TLS included; 0 on the destination")
  @DataAmount(DataAmount.BYTES)
  long bytes;

  private MoveEndEvent() {}

  /** A move begins; its end is this event. */
  static MoveEndEvent begin(String move, String guest, String direction) {
    var event = new MoveEndEvent();
    event.move = move;
    event.guest = guest;
    event.direction = direction;
    event.begin();
    return event;
  }

  /** A destination's part in a move is over. */
  void ended(DestinationStep last, @Nullable MigrationException why) {
    outcome = last.name();
    reason = why == null || last == DestinationStep.RUNNING ? "" : why.sentence();
    commit();
  }

  /** A source's move is over. */
  void ended(MoveOutcome how) {
    outcome = how.getClass().getSimpleName();
    rounds = how.report().rounds().size();
    bytes = how.report().bytes();
    reason = "";
    switch (how) {
      case MoveOutcome.Moved moved -> downtime = moved.downtime().total().toNanos();
      case MoveOutcome.StayedAtSource stayed -> reason = stayed.reason();
      case MoveOutcome.HandedOver handed -> reason = handed.reason();
    }
    commit();
  }
}
