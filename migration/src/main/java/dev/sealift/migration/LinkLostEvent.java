package dev.sealift.migration;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/**
 * JDK Flight Recorder: the link of a move is lost: it is about to be taken up again, or waited for.
 */
@Name("dev.sealift.LinkLost")
@Label("Link Lost")
@Description("A connection broke while the guest runs at its source")
@Category("Sealift")
@StackTrace(false)
final class LinkLostEvent extends Event {
  @Label("Move")
  @Description("The move's name in the journals of both hosts")
  final String move;

  @Label("Direction")
  @Description("outgoing or incoming")
  final String direction;

  @Label("Reason")
  @Description("What broke, in a sentence")
  final String reason;

  LinkLostEvent(String move, String direction, String reason) {
    this.move = move;
    this.direction = direction;
    this.reason = reason;
  }
}
