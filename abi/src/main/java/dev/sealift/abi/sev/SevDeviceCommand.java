package dev.sealift.abi.sev;

import org.jspecify.annotations.Nullable;

/**
 * A command of SEV_ISSUE_CMD on /dev/sev.
 *
 * <p>Source: uapi linux/psp-sev.h.
 */
public enum SevDeviceCommand {
  FACTORY_RESET(0),
  PLATFORM_STATUS(1),
  PEK_GEN(2),
  PEK_CSR(3),
  PDH_GEN(4),
  PDH_CERT_EXPORT(5),
  PEK_CERT_IMPORT(6),
  GET_ID(7),
  GET_ID2(8),
  SNP_PLATFORM_STATUS(9),
  SNP_COMMIT(10),
  SNP_SET_CONFIG(11),
  SNP_VLEK_LOAD(12);

  private final int id;

  SevDeviceCommand(int id) {
    this.id = id;
  }

  /** The number in {@code sev_issue_cmd.cmd}. */
  public int id() {
    return id;
  }

  /** The one with this number, or null where there is none. */
  public static @Nullable SevDeviceCommand of(int id) {
    for (SevDeviceCommand value : values()) {
      if (value.id == id) {
        return value;
      }
    }
    return null;
  }
}
