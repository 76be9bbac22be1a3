package dev.sealift.vmm;

import dev.sealift.abi.Errno;
import dev.sealift.abi.FirmwareStatus;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** JDK Flight Recorder: a SEV command as a VMM issued it, to whatever kernel. */
@Name("dev.sealift.SevCommand")
@Label("SEV Command")
@Description("A command of KVM_MEMORY_ENCRYPT_OP or SEV_ISSUE_CMD, from the call to its answer")
@Category("Sealift")
@StackTrace(false)
final class SevCommandEvent extends Event {
  @Label("Command")
  @Description("Its name in the kernel's headers, without the prefix")
  @Nullable String command;

  @Label("Descriptor")
  @Description("The VM's file descriptor, or that of /dev/sev for a command of the platform")
  int descriptor;

  @Label("Pages")
  @Description("Pages of guest memory that it was to seal or open; 0 for other commands")
  int pages;

  @Label("Errno")
  @Description("Why the system call failed; empty where it did not")
  @Nullable String errno;

  @Label("Status")
  @Description("What the firmware answered, where it was asked and refused")
  @Nullable String status;

  private SevCommandEvent() {}

  /** A command begins; null where nobody records, so that a page's command costs nothing then. */
  static @Nullable SevCommandEvent start() {
    if (!FlightRecorder.isInitialized()) {
      return null;
    }
    var event = new SevCommandEvent();
    if (!event.isEnabled()) {
      return null;
    }
    event.begin();
    return event;
  }

  /**
   * The answer is there.
   *
   * @param result of the ioctl
   * @param code the firmware's status
   */
  void answered(String name, int fd, int count, int result, int code) {
    end();
    if (shouldCommit()) {
      command = name;
      descriptor = fd;
      pages = count;
      errno = result < 0 ? Errno.of(result).name() : "";
      status = result < 0 && code != 0 ? FirmwareStatus.describe(code) : "";
      commit();
    }
  }
}
