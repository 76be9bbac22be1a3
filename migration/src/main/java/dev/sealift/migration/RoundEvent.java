package dev.sealift.migration;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Percentage;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** JDK Flight Recorder: a round of a move, on its source. */
@Name("dev.sealift.Round")
@Label("Round")
@Description("A round of a move, until the destination had all of it")
@Category("Sealift")
@StackTrace(false)
final class RoundEvent extends Event {
  @Label("Move")
  @Description("The move's name in the journals of both hosts")
  @Nullable String move;

  @Label("Round")
  @Description("Its number, from 0")
  int round;

  @Label("Pages")
  @Description("Pages that it was to send")
  long pages;

  @Label("Private Packets")
  @Description("Pages sent as packets of the Secure Processor")
  long privatePackets;

  @Label("Shared Pages")
  @Description("Pages sent as they are, inside TLS")
  long sharedPages;

  @Label("Sent")
  @Description("What went over the wire, TLS included")
  @DataAmount(DataAmount.BYTES)
  long bytes;

  @Label("Throttle")
  @Description("The part of the time that the guest was kept standing")
  @Percentage
  double throttle;

  @Label("Dirty After")
  @Description("Pages that were written meanwhile and must go again")
  long dirtyAfter;

  RoundEvent() {}

  /** The round is over. */
  void ended(String of, RoundReport report) {
    move = of;
    round = report.round();
    pages = report.pages();
    privatePackets = report.privatePackets();
    sharedPages = report.sharedPages();
    bytes = report.bytes();
    throttle = report.throttle() / 100.0;
    dirtyAfter = report.dirtyAfter();
    commit();
  }
}
