package dev.sealift.firmware;

/**
 * A point in which shipped firmware departs from the published specification, or from what others
 * say of it. Named for what firmware of API 1.55 does; a profile has it or has it not.
 *
 * <p>Source: AMD publication 55766 against the behaviour of shipped firmware.
 */
public enum FirmwareQuirk {
  /** The MAC of VMSA packets begins with 02, as that of data packets; the specification has 03. */
  VMSA_MAC_CONTEXT_02(
      "The MAC of VMSA packets begins with 02, as that of data packets.", "It begins with 03."),
  /** SEND_UPDATE answers a query with hdr_len only; the kernel's text says with trans_len too. */
  QUERY_ANSWERS_HDR_LEN_ONLY(
      "SEND_UPDATE_* answers a length query with hdr_len only.",
      "It answers with hdr_len and trans_len, as the kernel's documentation says."),
  /** SEND_START takes session_len 128 only; otherwise more room is fine too. */
  SESSION_LEN_EXACT("SEND_START refuses a session_len above 128.", "It takes 128 bytes or more."),
  /** LAUNCH_START without an owner compares no API version. */
  NO_API_CHECK_WITHOUT_OWNER(
      "LAUNCH_START without an owner's certificate does not look at the policy's minimum API.",
      "It does."),
  /** INIT keeps the PDH; early versions of the specification make a new one each time. */
  PDH_KEPT_AT_INIT(
      "INIT keeps the stored PDH.",
      "INIT makes a new PDH each time, as early versions of the specification have it."),
  /** Packets and secrets hold up to 20480 bytes; otherwise 16384. */
  DATA_UP_TO_20480("Packets and secrets hold up to 20480 bytes.", "They hold up to 16384 bytes."),
  /** SEND_UPDATE_DATA and RECEIVE_UPDATE_DATA fail below 48 bytes; otherwise 16 will do. */
  DATA_FROM_48(
      "SEND_UPDATE_DATA and RECEIVE_UPDATE_DATA fail with an internal error below 48 bytes.",
      "They take 16 bytes or more."),
  /** SEND_START's lengths for a pair of 2048 and 4096 bits follow the firmware's own formula. */
  MIXED_AMD_CERTS_LEN(
      "SEND_START takes amd_certs_len 1664, 2176, 2688 or 3200: no real pair of a 2048 and a 4096"
          + " bit key has such a length.",
      "It takes 1664, 2432 or 3200, the lengths that pairs really have."),
  /** SEND_START takes every ASK for an RSA-SHA384 key, so that no chain of Naples holds. */
  ASK_TAKEN_FOR_RSA_SHA384(
      "SEND_START looks for an RSA_SHA384 signature in the CEK whatever the ASK: no chain of Naples"
          + " holds.",
      "It looks for the signature that fits the ASK's key."),
  /** PEK_CSR is served while there are guests. */
  PEK_CSR_WHILE_WORKING(
      "PEK_CSR is served in INIT and WORKING.", "It is served in INIT only, as sev-tool has it."),
  /** COPY compares only the first page of source and destination. */
  COPY_COMPARES_FIRST_PAGE(
      "COPY looks for an overlap of the first 4096 bytes only.", "It looks at the whole range."),
  /** SWAP_IN wants a destination of 2 MiB aligned to 4 KiB only. */
  SWAP_IN_DST_ALIGNED_TO_4K(
      "SWAP_IN wants the destination of a 2 MiB page aligned to 4 KiB.",
      "It wants it aligned to 2 MiB."),
  /** The firmware stamps its version into every certificate it makes, not into the PEK alone. */
  EVERY_CERTIFICATE_STAMPED(
      "The firmware stamps its API version into OCA, PEK, PDH and CEK.", "Into the PEK only."),
  /** An internal error for impossible parameters reaches the mailbox as INVALID_PARAM. */
  INTERNAL_ERROR_IS_INVALID_PARAM(
      "An internal error for parameters reaches the mailbox as INVALID_PARAM. How the bootloader"
          + " translates it is not published.",
      "It reaches it as HWERROR_PLATFORM.");

  private final String with;
  private final String without;

  FirmwareQuirk(String with, String without) {
    this.with = with;
    this.without = without;
  }

  /** What a profile that has it does, in a sentence. */
  public String with() {
    return with;
  }

  /** What a profile that has it not does instead, in a sentence. */
  public String without() {
    return without;
  }
}
