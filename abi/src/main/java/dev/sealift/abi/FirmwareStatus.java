package dev.sealift.abi;

import org.jspecify.annotations.Nullable;

/**
 * What the Secure Processor answers: the status of a mailbox command, 16 bits.
 *
 * <p>Source: AMD publication 55766, status codes; linux/psp-sev.h, sev_ret_code.
 */
public enum FirmwareStatus {
  SUCCESS(0x00, "the command did what it was asked"),
  INVALID_PLATFORM_STATE(0x01, "the platform is not in a state that allows this command"),
  INVALID_GUEST_STATE(0x02, "the guest is not in a state that allows this command"),
  INVALID_CONFIG(0x03, "the platform's configuration is not valid"),
  INVALID_LEN(
      0x04, "a buffer's length is wrong; the length that is needed may have been written back"),
  ALREADY_OWNED(0x05, "the platform already belongs to an external owner"),
  INVALID_CERTIFICATE(0x06, "a certificate's structure or role is wrong"),
  POLICY_FAILURE(0x07, "the guest's policy forbids this"),
  INACTIVE(0x08, "the guest has no address space (ASID)"),
  INVALID_ADDRESS(0x09, "an address is out of range or badly aligned"),
  BAD_SIGNATURE(0x0A, "a certificate's signature does not hold"),
  BAD_MEASUREMENT(
      0x0B,
      "a message authentication code does not hold: the data was changed, or made under another key"),
  ASID_OWNED(0x0C, "the ASID belongs to another guest"),
  INVALID_ASID(0x0D, "the ASID is out of the range for this kind of guest"),
  WBINVD_REQUIRED(0x0E, "the caches must be written back and invalidated on all cores first"),
  DFFLUSH_REQUIRED(0x0F, "a DF_FLUSH is needed before the ASID can be used again"),
  INVALID_GUEST(0x10, "the handle belongs to no guest"),
  INVALID_COMMAND(0x11, "the processor knows no such command"),
  ACTIVE(0x12, "the guest still has an address space (ASID)"),
  HWERROR_PLATFORM(0x13, "the hardware failed; the platform is unharmed"),
  HWERROR_UNSAFE(0x14, "the hardware failed; the guest can no longer be trusted"),
  UNSUPPORTED(0x15, "this platform does not support what was asked"),
  INVALID_PARAM(0x16, "a parameter is wrong"),
  RESOURCE_LIMIT(0x17, "the platform has no more of what was asked for"),
  SECURE_DATA_INVALID(0x18, "the platform's stored data failed its check"),
  INVALID_PAGE_SIZE(0x19, "the page has the wrong size"),
  INVALID_PAGE_STATE(0x1A, "the page is in the wrong state"),
  INVALID_MDATA_ENTRY(0x1B, "the metadata entry is wrong"),
  INVALID_PAGE_OWNER(0x1C, "the page belongs to another guest"),
  AEAD_OFLOW(0x1D, "the counter of the page cipher is used up"),
  EXIT_RING_BUFFER(0x1F, "the ring buffer was left"),
  RMP_INIT_REQUIRED(0x20, "the RMP must be initialised first"),
  BAD_SVN(0x21, "the security version is too low"),
  BAD_VERSION(0x22, "the firmware version is not allowed"),
  SHUTDOWN_REQUIRED(0x23, "the platform must be shut down first"),
  UPDATE_FAILED(0x24, "the firmware update failed"),
  RESTORE_REQUIRED(0x25, "the firmware must be restored first"),
  RMP_INITIALIZATION_FAILED(0x26, "the RMP could not be initialised"),
  INVALID_KEY(0x27, "the key is not valid");

  private final int code;
  private final String meaning;

  FirmwareStatus(int code, String meaning) {
    this.code = code;
    this.meaning = meaning;
  }

  /** The number in the mailbox. */
  public int code() {
    return code;
  }

  /** What it means, as the end of a sentence. */
  public String meaning() {
    return meaning;
  }

  /** The status with this number, or null where the number is not known. */
  public static @Nullable FirmwareStatus of(int code) {
    for (FirmwareStatus status : values()) {
      if (status.code == code) {
        return status;
      }
    }
    return null;
  }

  /** A number in words, known or not: {@code INVALID_LEN (4)}. */
  public static String describe(int code) {
    FirmwareStatus status = of(code);
    return (status == null ? "unknown status" : status.name())
        + " (0x"
        + Integer.toHexString(code)
        + ")";
  }
}
