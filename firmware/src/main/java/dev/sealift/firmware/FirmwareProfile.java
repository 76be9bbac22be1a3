package dev.sealift.firmware;

import dev.sealift.crypto.PacketEngine;

/**
 * Where the published specification and the firmware that AMD ships do not agree, and the model
 * must take a side.
 *
 * @param smallestPacket bytes of data that a SEND_UPDATE or RECEIVE_UPDATE packet must have, a
 *     multiple of 16; fewer are INVALID_PARAM
 * @param largestPacket bytes of data that a packet may have, a multiple of 16; more are INVALID_LEN
 * @param checksPolicyWithoutOwner whether LAUNCH_START without an owner's certificate still
 *     compares the policy's minimum API version with the firmware's
 */
public record FirmwareProfile(
    int smallestPacket, int largestPacket, boolean checksPolicyWithoutOwner) {

  private static final int GRAIN = 16;

  /**
   * As shipped firmware 1.55 answers, but packets of 16 and 32 bytes are served, as the
   * specification has it.
   */
  public static final FirmwareProfile DEFAULT = new FirmwareProfile(16, 20480, false);

  /** Shipped firmware 1.55 to the letter: its MAC engine needs 48 bytes of data. */
  public static final FirmwareProfile SHIPPED = new FirmwareProfile(48, 20480, false);

  /** AMD publication 55766 to the letter. */
  public static final FirmwareProfile SPECIFICATION = new FirmwareProfile(16, 16384, true);

  public FirmwareProfile {
    if (smallestPacket < GRAIN
        || smallestPacket > largestPacket
        || largestPacket > PacketEngine.MAX_DATA
        || smallestPacket % GRAIN != 0
        || largestPacket % GRAIN != 0) {
      throw new IllegalArgumentException(
          "packets of %d to %d bytes cannot be: both are multiples of 16 from 16 to %d"
              .formatted(smallestPacket, largestPacket, PacketEngine.MAX_DATA));
    }
  }
}
