package dev.sealift.abi.psp;

import org.jspecify.annotations.Nullable;

/**
 * A mailbox command of the Secure Processor.
 *
 * <p>Source: AMD publication 55766, command identifiers; linux/psp-sev.h, enum sev_cmd.
 */
public enum PspCommand {
  INIT(1),
  SHUTDOWN(2),
  PLATFORM_RESET(3),
  PLATFORM_STATUS(4),
  PEK_GEN(5),
  PEK_CSR(6),
  PEK_CERT_IMPORT(7),
  PDH_CERT_EXPORT(8),
  PDH_GEN(9),
  DF_FLUSH(0xA),
  DOWNLOAD_FIRMWARE(0xB),
  GET_ID(0xC),
  INIT_EX(0xD),
  NOP(0xE),
  RING_BUFFER(0xF),
  DECOMMISSION(0x20),
  ACTIVATE(0x21),
  DEACTIVATE(0x22),
  GUEST_STATUS(0x23),
  COPY(0x24),
  ACTIVATE_EX(0x25),
  LAUNCH_START(0x30),
  LAUNCH_UPDATE_DATA(0x31),
  LAUNCH_UPDATE_VMSA(0x32),
  LAUNCH_MEASURE(0x33),
  LAUNCH_SECRET(0x34),
  LAUNCH_FINISH(0x35),
  ATTESTATION(0x36),
  SEND_START(0x40),
  SEND_UPDATE_DATA(0x41),
  SEND_UPDATE_VMSA(0x42),
  SEND_FINISH(0x43),
  SEND_CANCEL(0x44),
  RECEIVE_START(0x50),
  RECEIVE_UPDATE_DATA(0x51),
  RECEIVE_UPDATE_VMSA(0x52),
  RECEIVE_FINISH(0x53),
  DBG_DECRYPT(0x60),
  DBG_ENCRYPT(0x61),
  SWAP_OUT(0x70),
  SWAP_IN(0x71);

  private final int id;

  PspCommand(int id) {
    this.id = id;
  }

  /** Bits 23:16 of the command register. */
  public int id() {
    return id;
  }

  /** The one with this number, or null where there is none. */
  public static @Nullable PspCommand of(int id) {
    for (PspCommand value : values()) {
      if (value.id == id) {
        return value;
      }
    }
    return null;
  }
}
