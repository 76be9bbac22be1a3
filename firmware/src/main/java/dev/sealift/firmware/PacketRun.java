package dev.sealift.firmware;

import dev.sealift.abi.FirmwareStatus;
import dev.sealift.abi.Pages;
import dev.sealift.abi.psp.PacketBuffer;
import dev.sealift.abi.psp.PspCommand;
import dev.sealift.abi.sev.SevLimits;

/**
 * Many packets of whole pages for one guest, to be made or taken one after another: what
 * SEND_UPDATE_DATA or RECEIVE_UPDATE_DATA would be issued with for each. Headers of 52 bytes lie
 * one behind the other, and so do ciphertexts of 4096; the pages lie anywhere.
 *
 * @param command SEND_UPDATE_DATA or RECEIVE_UPDATE_DATA
 * @param handle of the guest
 * @param headers system physical address of the first header
 * @param guestAddresses system physical addresses of the pages, as a command buffer has them
 * @param transport system physical address of the first ciphertext
 * @param count how many packets, 1 to {@value #MAX_COUNT}
 */
// Made for one call and never compared.
@SuppressWarnings("ArrayRecordComponent")
public record PacketRun(
    PspCommand command,
    int handle,
    long headers,
    long[] guestAddresses,
    long transport,
    int count) {

  /** Most packets in a run. */
  public static final int MAX_COUNT = 4096;

  /**
   * How far a run came.
   *
   * @param done packets done, from the first
   * @param status of the packet after those, which was refused; SUCCESS where all are done
   */
  public record Answer(int done, FirmwareStatus status) {}

  public PacketRun {
    if (command != PspCommand.SEND_UPDATE_DATA && command != PspCommand.RECEIVE_UPDATE_DATA) {
      throw new IllegalArgumentException(command + " is no command for packets of memory");
    }
    if (count < 1 || count > MAX_COUNT || count > guestAddresses.length) {
      throw new IllegalArgumentException(
          "a run of %d packets, with addresses for %d".formatted(count, guestAddresses.length));
    }
  }

  /** Where the header of a packet lies. */
  long header(int index) {
    return headers + (long) index * SevLimits.PACKET_HEADER;
  }

  /** Where the ciphertext of a packet lies. */
  long transport(int index) {
    return transport + (long) index * Pages.SIZE;
  }

  /** What the command for one of the packets would be issued with. */
  public PacketBuffer packet(int index) {
    return new PacketBuffer(
        handle,
        header(index),
        SevLimits.PACKET_HEADER,
        guestAddresses[index],
        Pages.SIZE,
        transport(index),
        Pages.SIZE);
  }
}
