package dev.sealift.abi.sev;

/**
 * The ioctl of /dev/sev.
 *
 * <p>Source: uapi linux/psp-sev.h.
 */
public final class SevIoctl {

  /** SEV_ISSUE_CMD: the argument is a packed {@link SevIssueCmd}. */
  public static final int ISSUE_CMD = 0xC0105300;

  private SevIoctl() {}
}
