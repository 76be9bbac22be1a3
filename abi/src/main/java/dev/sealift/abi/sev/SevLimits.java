package dev.sealift.abi.sev;

/** Limits that the kernel and the firmware set. */
public final class SevLimits {

  /** Bytes of any blob that the kernel copies for the firmware. */
  public static final int FIRMWARE_BLOB_MAX = 0x4000;

  /** Bytes of a SEV certificate. */
  public static final int CERTIFICATE = 2084;

  /** Bytes of PEK, OCA and CEK, one behind the other. */
  public static final int PLATFORM_CERTIFICATES = 3 * CERTIFICATE;

  /** Bytes of a session. */
  public static final int SESSION = 128;

  /** Bytes of a packet header. */
  public static final int PACKET_HEADER = 52;

  /** Bytes of a launch measurement: MAC and nonce. */
  public static final int MEASUREMENT = 48;

  /** Bytes of the id of one socket. */
  public static final int CHIP_ID = 64;

  private SevLimits() {}
}
