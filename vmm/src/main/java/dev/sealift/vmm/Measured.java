package dev.sealift.vmm;

import dev.sealift.abi.sev.KvmSevLaunchSecret;
import dev.sealift.abi.sev.SevCommand;
import java.lang.foreign.MemorySegment;

/** A guest that is measured, and waits for its owner's secret or for the end of its launch. */
public final class Measured {
  private final SevGuest guest;
  private final byte[] measurement;

  Measured(SevGuest guest, byte[] measurement) {
    this.guest = guest;
    this.measurement = measurement;
  }

  /** 32 bytes of HMAC and the 16-byte nonce that went into it. */
  public byte[] measurement() {
    return measurement.clone();
  }

  /**
   * LAUNCH_SECRET: opens a packet of the guest's owner into guest memory.
   *
   * @param header the 52-byte packet header
   * @param ciphertext the packet's data, a multiple of 16 bytes
   * @param guestAddress where the plaintext goes, a multiple of 16; the kernel wants its pages to
   *     be neighbours in physical memory, so it had better be one page
   */
  public void injectSecret(byte[] header, byte[] ciphertext, long guestAddress)
      throws VmmException {
    try (CallMemory.Frame call = guest.frame()) {
      MemorySegment packetHeader = guest.blob(call, SevCommand.LAUNCH_SECRET, header);
      MemorySegment packet = guest.blob(call, SevCommand.LAUNCH_SECRET, ciphertext);
      MemorySegment params = call.take(KvmSevLaunchSecret.LAYOUT.size());
      new KvmSevLaunchSecret(
              packetHeader.address(),
              packetHeader.byteSize(),
              guest.memory().userAddress(guestAddress, ciphertext.length),
              ciphertext.length,
              packet.address(),
              packet.byteSize())
          .write(params);
      guest.issue(call, SevCommand.LAUNCH_SECRET, "memory at 0x%x".formatted(guestAddress), params);
    }
  }

  /** LAUNCH_FINISH: the guest may run. */
  public void finish() throws VmmException {
    guest.issue(SevCommand.LAUNCH_FINISH);
  }
}
