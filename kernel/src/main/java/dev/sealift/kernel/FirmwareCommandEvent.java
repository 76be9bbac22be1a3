package dev.sealift.kernel;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.psp.PspCommand;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** JDK Flight Recorder: a command as the Secure Processor in software got it. */
@Name("dev.sealift.FirmwareCommand")
@Label("Firmware Command")
@Description("A mailbox command of the Secure Processor in software, or a run of packets")
@Category("Sealift")
@StackTrace(false)
final class FirmwareCommandEvent extends Event {
  /** Commands for a guest have numbers from here on, and its handle in front. */
  private static final int FIRST_OF_GUESTS = 0x20;

  private static final ValueLayout.OfInt HANDLE =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  @Label("Command")
  @Description("Its name in AMD publication 55766")
  @Nullable String command;

  @Label("Guest")
  @Description("The firmware's handle of the guest; 0 for a command of the platform")
  int guest;

  @Label("Packets")
  @Description("Packets of a run that were done; 1 for a command that came by mailbox")
  int packets;

  @Label("Status")
  @Description("What the processor answered; empty where it did not answer at all")
  @Nullable String status;

  private FirmwareCommandEvent() {}

  /** A command begins; null where nobody records, so that a page's command costs nothing then. */
  static @Nullable FirmwareCommandEvent start() {
    if (!FlightRecorder.isInitialized()) {
      return null;
    }
    var event = new FirmwareCommandEvent();
    if (!event.isEnabled()) {
      return null;
    }
    event.begin();
    return event;
  }

  /**
   * A command has its answer.
   *
   * @param parameters the command buffer, of which nothing but the handle is taken
   */
  void answered(PspCommand issued, MemorySegment parameters, int length, FirmwareStatus answer) {
    boolean ofGuest = issued.id() >= FIRST_OF_GUESTS && length >= Integer.BYTES;
    answered(issued, ofGuest ? parameters.get(HANDLE, 0) : 0, 1, answer);
  }

  /** A command or a run of packets has its answer; null for a processor that is silent. */
  void answered(PspCommand issued, int handle, int count, @Nullable FirmwareStatus answer) {
    end();
    if (shouldCommit()) {
      command = issued.name();
      guest = handle;
      packets = count;
      status = answer == null ? "" : answer.name();
      commit();
    }
  }
}
