package dev.sealift.migration;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** JDK Flight Recorder: the link of a move is taken up again. */
@Name("dev.sealift.LinkResumed")
@Label("Link Resumed")
@Description("A new connection goes on where the old one broke")
@Category("Sealift")
@StackTrace(false)
final class LinkResumedEvent extends Event {
  @Label("Move")
  @Description("The move's name in the journals of both hosts")
  final String move;

  @Label("Direction")
  @Description("outgoing or incoming")
  final String direction;

  LinkResumedEvent(String move, String direction) {
    this.move = move;
    this.direction = direction;
  }
}
