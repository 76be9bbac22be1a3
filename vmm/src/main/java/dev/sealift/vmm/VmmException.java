package dev.sealift.vmm;

import dev.sealift.abi.Errno;
import dev.sealift.abi.FirmwareStatus;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Something a VMM asked for was not done. The message is one sentence: what happened, to what, and
 * what to do next.
 */
public final class VmmException extends Exception {
  private static final long serialVersionUID = 1L;
  private static final long NO_PAGE = -1;

  private final String operation;
  private final transient @Nullable Errno errno;
  private final @Nullable FirmwareStatus status;
  private final long page;

  /** A failure without an errno: a guest that ended, a blob that is malformed. */
  public VmmException(String operation, String message) {
    this(operation, message, null, null, NO_PAGE);
  }

  private VmmException(
      String operation,
      @Nullable String message,
      @Nullable Errno errno,
      @Nullable FirmwareStatus status,
      long page) {
    super(message);
    this.operation = operation;
    this.errno = errno;
    this.status = status;
    this.page = page;
  }

  /** A system call that failed. */
  static VmmException ofCall(String operation, String subject, Errno errno) {
    return new VmmException(
        operation,
        "%s on %s failed with %s (%s): %s."
            .formatted(
                operation, subject, errno.name(), errno.meaning(), Advice.after(operation, errno)),
        errno,
        null,
        NO_PAGE);
  }

  /** A SEV command that the firmware refused. */
  static VmmException ofFirmware(
      String operation, String subject, Errno errno, int code, String advice) {
    FirmwareStatus status = FirmwareStatus.of(code);
    return new VmmException(
        operation,
        "%s on %s was refused by the firmware with %s%s: %s."
            .formatted(
                operation,
                subject,
                FirmwareStatus.describe(code),
                status == null ? "" : ", " + status.meaning(),
                advice),
        errno,
        status,
        NO_PAGE);
  }

  /** The same failure, of one of many pages. */
  VmmException onPage(long gfn) {
    return new VmmException(operation, getMessage(), errno, status, gfn);
  }

  /** What was asked for, by its name in the kernel's headers: {@code KVM_SEV_SEND_START}. */
  public String operation() {
    return operation;
  }

  /** The errno of the system call; null where none failed. */
  public @Nullable Errno errno() {
    return errno;
  }

  /** What the firmware answered; null where it was not asked, or answered an unknown number. */
  public @Nullable FirmwareStatus status() {
    return status;
  }

  /** The number of the page that could not be done; empty where it was not one of many. */
  public OptionalLong page() {
    return page == NO_PAGE ? OptionalLong.empty() : OptionalLong.of(page);
  }
}
