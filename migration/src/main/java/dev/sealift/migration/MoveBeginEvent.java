package dev.sealift.migration;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** JDK Flight Recorder: a move begins, seen from either host. */
@Name("dev.sealift.MoveBegin")
@Label("Move Begin")
@Description("A guest is about to leave this host, or a part of it is here")
@Category("Sealift")
@StackTrace(false)
final class MoveBeginEvent extends Event {
  @Label("Move")
  @Description("Its name in the journals of both hosts")
  final String move;

  @Label("Guest")
  @Description("What the guest is called")
  final String guest;

  @Label("Direction")
  @Description("outgoing or incoming")
  final String direction;

  @Label("Peer")
  @Description("The host it goes to; empty on the destination")
  final @Nullable String peer;

  @Label("Memory")
  @Description("The guest's memory")
  @DataAmount(DataAmount.BYTES)
  final long memoryBytes;

  MoveBeginEvent(
      String move, String guest, String direction, @Nullable String peer, long memoryBytes) {
    this.move = move;
    this.guest = guest;
    this.direction = direction;
    this.peer = peer;
    this.memoryBytes = memoryBytes;
  }
}
